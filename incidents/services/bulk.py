"""Changing tags and services of many incidents at once: all of them or none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import Incident
from incidents.services.checks import Faults
from incidents.services.fields import IncidentFields
from incidents.services.update import update

BULK_LIMIT = 200


class RowsChangedError(Exception):
    """Some of the incidents were changed or hidden since they were chosen: `labels`. Nothing was saved. HTTP 409."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(f"Changed meanwhile: {', '.join(labels)}. Nothing was saved; look at them and send it again.")
        self.labels = list(labels)


@dataclass(frozen=True, slots=True)
class BulkChange:
    """Names to add and to take away; a name in both lists is refused."""

    add_services: Sequence[str] = field(default_factory=tuple)
    remove_services: Sequence[str] = field(default_factory=tuple)
    add_tags: Sequence[str] = field(default_factory=tuple)
    remove_tags: Sequence[str] = field(default_factory=tuple)


def change_many(*, rows: Mapping[int, int], change: BulkChange, by: User, now: datetime) -> list[Incident]:
    """Change the incidents whose numbers are the keys of `rows`, each from the version that was seen; the changed ones.

    InvalidError for what can't be done, RowsChangedError when one has another version now or `by` may not see it.
    """
    _check(rows, change)
    with transaction.atomic():
        found = Incident.objects.select_for_update(no_key=True).filter(number__in=rows).order_by("pk")
        locked = list(found)
        visible = set(Incident.objects.visible_to(by).filter(number__in=rows).values_list("number", flat=True))
        stale = set(rows) - {row.number for row in locked if row.number in visible and row.version == rows[row.number]}
        if stale:
            raise RowsChangedError([f"INC-{number}" for number in sorted(stale)])
        return [done for row in locked if (done := _changed(row, change, by=by, now=now)).version != row.version]


def _check(rows: Mapping[int, int], change: BulkChange) -> None:
    faults = Faults()
    if not rows:
        faults.add("", "Choose at least one incident.")
    if len(rows) > BULK_LIMIT:
        faults.add("", f"{len(rows)} chosen; the limit is {BULK_LIMIT}.")
    for name in ("services", "tags"):
        both = _folded(getattr(change, f"add_{name}")) & _folded(getattr(change, f"remove_{name}"))
        if both:
            faults.add(f"remove_{name}", f"Both to add and to take away: {', '.join(sorted(both))}.")
    if not any((change.add_services, change.remove_services, change.add_tags, change.remove_tags)):
        faults.add("", "Say what to add or to take away.")
    faults.stop_if_any()


def _folded(names: Collection[str]) -> set[str]:
    return {name.lower() for name in names}


def _changed(row: Incident, change: BulkChange, *, by: User, now: datetime) -> Incident:
    fields: IncidentFields = {}
    services = [service.name for service in row.services.all()]
    tags = [tag.name for tag in row.tags.all()]
    if change.add_services or change.remove_services:
        fields["services"] = _together(services, change.add_services, change.remove_services)
    if change.add_tags or change.remove_tags:
        fields["tags"] = _together(tags, change.add_tags, change.remove_tags)
    try:
        return update(incident=row, by=by, now=now, version=row.version, fields=fields)
    except InvalidError as problem:
        words = {f"add_{name}": f"{row.label}: {text}" for name, text in problem.fields.items()}
        raise InvalidError(words) from problem


def _together(names: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str]:
    gone = _folded(removed)
    kept = [name for name in names if name.lower() not in gone]
    have = _folded(kept)
    return kept + [name for name in added if name.lower() not in have]
