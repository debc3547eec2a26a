"""The team's list of cause categories: renaming, adding, retiring, without a factor losing its own."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.services.checks import Faults
from postmortems.models import (
    CATEGORIES_LIMIT,
    CATEGORY_KEY_LIMIT,
    CATEGORY_NAME_LIMIT,
    CauseCategory,
    ContributingFactor,
    FactorCategory,
)
from search import outbox

MEANING_LIMIT = 200
MEANINGS = {
    FactorCategory.CHANGE: "A deploy, a setting, a flag or a migration.",
    FactorCategory.TEST: "No test, or one that could not see it.",
    FactorCategory.REVIEW: "It was looked at, and passed.",
    FactorCategory.MONITORING: "Nothing told, too late, or too much.",
    FactorCategory.CAPACITY: "Something was full, slow or too small.",
    FactorCategory.DEPENDENCY: "Another system or library behaved differently.",
    FactorCategory.PROCESS: "How work is handed on, planned or checked.",
    FactorCategory.KNOWLEDGE: "What was not written down, or known by too few.",
    FactorCategory.HARDWARE: "A machine, a disk, a cable, power.",
    FactorCategory.SECURITY: "A hole, a leaked secret, an attack.",
    FactorCategory.EXTERNAL: "Outside of what the team can change.",
}


def ensure_categories() -> None:
    """Add the shipped categories where there are none at all: what a team retired or renamed stays so."""
    if CauseCategory.objects.exists():
        return
    CauseCategory.objects.bulk_create(
        [
            CauseCategory(key=category.value, name=category.label, meaning=MEANINGS[category], position=place)
            for place, category in enumerate(FactorCategory)
        ],
        ignore_conflicts=True,
    )


def known_keys() -> set[str]:
    """Every category that a factor may have, retired ones too; the shipped ones before anything is migrated."""
    return set(CauseCategory.objects.values_list("key", flat=True)) or set(FactorCategory.values)


def add_category(*, name: str, meaning: str, by: User, now: datetime) -> CauseCategory:
    """Add a category at the end of the list. Raises InvalidError: no name, one that is there, too many."""
    with transaction.atomic():
        wanted, told = _checked(name, meaning, None)
        if CauseCategory.objects.count() >= CATEGORIES_LIMIT:
            raise InvalidError({"name": f"There are {CATEGORIES_LIMIT} categories; retire or rename one instead."})
        last = CauseCategory.objects.aggregate(last=Max("position"))["last"]
        row = CauseCategory.objects.create(
            key=_free_key(wanted), name=wanted, meaning=told, position=0 if last is None else last + 1
        )
        audit.record(by=by, action="category.add", target=row.key, now=now, name=wanted)
    return row


def rename_category(*, category: CauseCategory, name: str, meaning: str, by: User, now: datetime) -> CauseCategory:
    """Give it another name, which all its factors show from then on. Raises InvalidError."""
    with transaction.atomic():
        row = CauseCategory.objects.select_for_update().get(pk=category.pk)
        wanted, told = _checked(name, meaning, row)
        if (row.name, row.meaning) == (wanted, told):
            return row
        before = row.name
        row.name, row.meaning = wanted, told
        row.save(update_fields=["name", "meaning"])
        audit.record(by=by, action="category.rename", target=row.key, now=now, before=before, after=wanted)
        if before != wanted:
            _index_anew(row)
    return row


def retire_category(*, category: CauseCategory, by: User, now: datetime) -> CauseCategory:
    """Offer it no more; what has it keeps it. Raises InvalidError for the last one."""
    return _set_retired(category, now, by=by, now=now, action="category.retire")


def restore_category(*, category: CauseCategory, by: User, now: datetime) -> CauseCategory:
    """Offer it again."""
    return _set_retired(category, None, by=by, now=now, action="category.restore")


def move_category(*, category: CauseCategory, up: bool, by: User, now: datetime) -> None:
    """Change places with the one before or after it; nothing happens at the end."""
    with transaction.atomic():
        rows = list(CauseCategory.objects.select_for_update().all())
        at = next((place for place, row in enumerate(rows) if row.pk == category.pk), None)
        to = -1 if at is None else at + (-1 if up else 1)
        if at is None or not 0 <= to < len(rows):
            return
        rows[at], rows[to] = rows[to], rows[at]
        for place, row in enumerate(rows):
            row.position = place
        CauseCategory.objects.bulk_update(rows, ["position"])


def _set_retired(
    category: CauseCategory, at: datetime | None, *, by: User, now: datetime, action: str
) -> CauseCategory:
    with transaction.atomic():
        row = CauseCategory.objects.select_for_update().get(pk=category.pk)
        if row.is_retired == (at is not None):
            return row
        if at is not None and not CauseCategory.objects.filter(retired_at=None).exclude(pk=row.pk).exists():
            raise InvalidError({"name": "It is the last category; add another one first."})
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        audit.record(by=by, action=action, target=row.key, now=now, name=row.name)
    return row


def _checked(name: str, meaning: str, row: CauseCategory | None) -> tuple[str, str]:
    faults = Faults()
    wanted = faults.line("name", name, label="Name", limit=CATEGORY_NAME_LIMIT, required=True)
    told = faults.line("meaning", meaning, label="Meaning", limit=MEANING_LIMIT)
    others = CauseCategory.objects.filter(name__iexact=wanted)
    if (others.exclude(pk=row.pk) if row else others).exists():
        faults.add("name", f"There is a category “{wanted}” already; a retired one can be restored.")
    faults.stop_if_any()
    return wanted, told


def _free_key(name: str) -> str:
    """A key that stays, made from the first name."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[: CATEGORY_KEY_LIMIT - 4] or "category"
    taken = set(CauseCategory.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, CATEGORIES_LIMIT + 3))) if key not in taken)


def _index_anew(row: CauseCategory) -> None:
    """The name stands in the search documents of the incidents that have it."""
    factors = ContributingFactor.objects.filter(category=row.key)
    for pk in factors.order_by().values_list("postmortem__incident_id", flat=True).distinct():
        outbox.enqueue("incident", pk)
