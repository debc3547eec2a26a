"""The fields of an incident as callers give them, and the rules that they meet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

from accounts.models import Team, User
from incidents.models import (
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    DetectedBy,
    Incident,
    Kind,
    Precision,
    Severity,
    Status,
)
from incidents.services.checks import Faults

MOMENTS = ("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at")
CHOICES: dict[str, tuple[str, Sequence[str]]] = {
    "severity": ("Severity", Severity.values),
    "status": ("Status", Status.values),
    "kind": ("Kind", Kind.values),
    "detected_by": ("Detected by", DetectedBy.values),
    "started_precision": ("Precision of the start", Precision.values),
}
PLAIN = ("is_private", "lead")
LISTS = ("services", "tags", "people", "teams")


class IncidentFields(TypedDict, total=False):
    """What may be given when an incident is declared or changed; what is absent stays as it is."""

    title: str
    summary: str
    severity: str
    status: str
    kind: str
    detected_by: str
    is_private: bool
    lead: User | None
    services: Sequence[str]
    tags: Sequence[str]
    people: Sequence[User]
    teams: Sequence[Team]
    started_at: datetime | None
    started_precision: str
    detected_at: datetime | None
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    external_id: str | None
    source_url: str
    source_name: str


def checked(fields: IncidentFields, *, now: datetime, stored: Incident | None = None) -> dict[str, Any]:
    """The fields that are columns, cleaned; InvalidError names every one that breaks a rule.

    The order of moments is checked over those given and those that `stored` has already.
    """
    faults = Faults()
    result: dict[str, Any] = {name: fields[name] for name in PLAIN if name in fields}  # type: ignore[literal-required]
    result.update(_texts(fields, faults))
    for name, (label, allowed) in CHOICES.items():
        if name in fields:
            faults.choice(name, fields[name], allowed, label=label)  # type: ignore[literal-required]
            result[name] = fields[name]  # type: ignore[literal-required]
    result.update(_moments(fields, faults, now=now, stored=stored))
    faults.stop_if_any()
    return result


def _texts(fields: IncidentFields, faults: Faults) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if "title" in fields:
        result["title"] = faults.line("title", fields["title"], label="Title", limit=TITLE_LIMIT, required=True)
    if "summary" in fields:
        result["summary"] = faults.text("summary", fields["summary"], label="Summary", limit=SUMMARY_LIMIT)
    if "external_id" in fields:
        result["external_id"] = faults.line("external_id", fields["external_id"] or "", label="External id", limit=200)
        result["external_id"] = result["external_id"] or None
    if "source_url" in fields:
        result["source_url"] = faults.url("source_url", fields["source_url"], label="Source address")
    if "source_name" in fields:
        result["source_name"] = faults.line("source_name", fields["source_name"], label="Source", limit=200)
    return result


def _moments(
    fields: IncidentFields, faults: Faults, *, now: datetime, stored: Incident | None
) -> dict[str, datetime | None]:
    given: dict[str, datetime | None] = {name: fields[name] for name in MOMENTS if name in fields}  # type: ignore[literal-required]
    for name, value in given.items():
        faults.moment(name, value, now=now)
    if given:
        known: Mapping[str, datetime | None] = {name: getattr(stored, name, None) for name in MOMENTS}
        faults.order({**known, **given})
    return given
