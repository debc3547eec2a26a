"""What incidents are filtered and counted by in search: exact values, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from accounts.models import User
from hindsight.lib.languages import LANGUAGES
from incidents.models import (
    Attachment,
    DiagnosisStep,
    EntryKind,
    Incident,
    Kind,
    LogNote,
    PreviewState,
    Severity,
    Snippet,
    Status,
    TimelineEntry,
)
from incidents.models.lifecycle import ACTIVE_STATUSES
from search import registry

Facts = dict[str, tuple[str, ...]]

LANGUAGE_LABELS = {language.key: language.label for language in LANGUAGES}
HAS = {
    "screenshot": "Screenshot",
    "snippet": "Snippet",
    "attachment": "File",
    "step": "Diagnosis step",
    "log": "Line in the log ledger",
    "fix": "Fix",
    "verification": "Verification",
}
IS = {"open": "Open", "private": "Private", "drill": "Drill", "near_miss": "Near miss"}
# An entry that says what was mended, or how that is known.
_HAS_OF_ENTRY = {EntryKind.FIX: "fix", EntryKind.VERIFICATION: "verification"}


def facts_of(incidents: Collection[Incident]) -> dict[int, Facts]:
    """The facts of these incidents, whose services and tags should be fetched already."""
    ids = [incident.pk for incident in incidents]
    below = _Below(ids)
    names = _names(below.people[pk] | _own_people(incident) for pk, incident in zip(ids, incidents, strict=True))
    return {
        incident.pk: {
            **_own(incident),
            "has": tuple(sorted(below.has[incident.pk])),
            "lang": tuple(sorted(below.languages[incident.pk])),
            "by": tuple(
                sorted({name for pk in below.people[incident.pk] | _own_people(incident) for name in names.get(pk, ())})
            ),
        }
        for incident in incidents
    }


def _own(incident: Incident) -> Facts:
    """What the incident's own row says."""
    is_what = {
        "open": Status(incident.status) in ACTIVE_STATUSES,
        "private": incident.is_private,
        "drill": incident.kind == Kind.DRILL,
        "near_miss": incident.kind == Kind.NEAR_MISS,
    }
    return {
        "number": (incident.label,),
        "severity": (incident.severity,),
        "status": (incident.status,),
        "kind": (incident.kind,),
        "service": tuple(service.name for service in incident.services.all()),
        "tag": tuple(tag.name for tag in incident.tags.all()),
        "year": (str(incident.started_at.year),) if incident.started_at else (),
        "is": tuple(name for name, holds in is_what.items() if holds),
    }


class _Below:
    """What hangs on some incidents: kinds of material, languages, and who wrote."""

    def __init__(self, ids: list[int]) -> None:
        self.has: dict[int, set[str]] = defaultdict(set)
        self.languages: dict[int, set[str]] = defaultdict(set)
        self.people: dict[int, set[int | None]] = defaultdict(set)
        for pk, author, kind in _different(TimelineEntry.objects.exclude(body=""), ids, "kind"):
            self._add(pk, author, _HAS_OF_ENTRY.get(kind, ""))
        for pk, author in _different(DiagnosisStep.objects, ids):
            self._add(pk, author, "step")
        for pk, author, language in _different(Snippet.objects, ids, "language"):
            self._add(pk, author, "snippet")
            self.languages[pk].add(language)
        for pk, author, state in _different(Attachment.objects, ids, "preview_state"):
            self._add(pk, author, "attachment" if state == PreviewState.NONE else "screenshot")
        for pk, author in _different(LogNote.objects, ids):
            self._add(pk, author, "log")

    def _add(self, pk: int, author: int | None, has: str) -> None:
        self.people[pk].add(author)
        if has:
            self.has[pk].add(has)


def _different(rows: Any, ids: list[int], *fields: str) -> Iterable[tuple[Any, ...]]:
    found: Iterable[tuple[Any, ...]] = (
        rows.filter(incident_id__in=ids).order_by().values_list("incident_id", "author_id", *fields).distinct()
    )
    return found


def _own_people(incident: Incident) -> set[int | None]:
    return {incident.declared_by_id, incident.lead_id}


def _names(groups: Iterable[set[int | None]]) -> dict[int | None, tuple[str, ...]]:
    """What each person may be called in `by:`."""
    wanted = {pk for group in groups for pk in group if pk is not None}
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "username", "display_name")
    return {pk: tuple(filter(None, (username, shown))) for pk, username, shown in rows}


registry.name_values("severity", dict(Severity.choices))
registry.name_values("status", dict(Status.choices))
registry.name_values("kind", dict(Kind.choices))
registry.name_values("has", HAS)
registry.name_values("is", IS)
