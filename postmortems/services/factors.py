"""Naming what let it happen."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents.services.checks import Faults
from postmortems.models import FACTOR_LIMIT, FACTORS_LIMIT, ContributingFactor, Postmortem
from postmortems.services.categories import known_keys
from postmortems.services.locking import locked, touch


def set_factors(
    *,
    postmortem: Postmortem,
    by: User | None,
    now: datetime,
    factors: Iterable[tuple[str, str]],
    version: int | None = None,
    drawn: Collection[tuple[str, str]] | None = None,
) -> list[ContributingFactor]:
    """Replace all factors by these (category, text) pairs. Raises InvalidError, and StaleError for an older version.

    `drawn` are the factors that the writer had before them: what somebody else added since then stays.
    """
    wanted = _checked(factors)
    with transaction.atomic():
        row = locked(postmortem)
        kept = list(row.factors.all())
        if drawn is not None:
            pairs = [(factor.category, factor.text) for factor in kept]
            wanted += [pair for pair in pairs if pair not in drawn and pair not in wanted]
        if [(factor.category, factor.text) for factor in kept] == wanted:
            return kept
        row = locked(postmortem, version)
        row.factors.all().delete()
        made = ContributingFactor.objects.bulk_create(
            ContributingFactor(postmortem=row, category=category, text=text) for category, text in wanted
        )
        touch(row, now=now)
    return made


def _checked(factors: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    faults = Faults()
    wanted = []
    known = known_keys()
    for category, text in factors:
        faults.choice("factors", category, known, label="Category")
        wanted.append((category, faults.text("factors", text, label="Factor", limit=FACTOR_LIMIT).strip()))
    if len(wanted) > FACTORS_LIMIT:
        faults.add("factors", f"{len(wanted)} factors given; the limit is {FACTORS_LIMIT}.")
    faults.stop_if_any()
    return wanted
