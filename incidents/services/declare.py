"""Declaring an incident."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from incidents.models import LEAD, EntryKind, EntrySource, Incident, NumberSequence, Status, TimelineEntry
from incidents.services.fields import IncidentFields, checked
from incidents.services.holders import pass_on
from incidents.services.lists import set_lists
from incidents.services.saving import save_incident
from search import outbox


def declare(*, by: User | None, now: datetime, fields: IncidentFields, source: str = EntrySource.WEB) -> Incident:
    """Write down a new incident; the title alone is enough. Raises InvalidError.

    Without a start, it started at the earliest moment given, or now; an import leaves it unknown. Without a status, it
    follows from the moments: resolved when `resolved_at` is given, mitigated when only `mitigated_at` is.
    """
    columns = checked({"title": "", **fields}, now=now)
    if source != EntrySource.IMPORT:
        _fill_in(columns, fields, now=now)
    with transaction.atomic():
        incident = Incident(number=NumberSequence.take(), declared_by=by, declared_at=now, updated_at=now, **columns)
        incident.render_fields()
        save_incident(incident)
        set_lists(incident, fields, by=by, is_new=True)
        if incident.lead:
            pass_on(incident, role=LEAD, person=incident.lead, now=now)
        if source != EntrySource.IMPORT:
            TimelineEntry.objects.create(
                incident=incident,
                kind=EntryKind.STATUS,
                at=now,
                noted_at=now,
                author=by,
                source=source,
                data={"from": "", "to": incident.status, "severity": incident.severity},
            )
        outbox.enqueue("incident", incident.pk)
    return incident


def _fill_in(columns: dict[str, Any], fields: IncidentFields, *, now: datetime) -> None:
    """Start and status where the caller left them open."""
    if not columns.get("started_at") and "started_at" not in fields:
        given = [columns.get(name) for name in ("detected_at", "mitigated_at", "resolved_at")]
        columns["started_at"] = min([moment for moment in given if moment] or [now])
    if "status" not in fields:
        if columns.get("resolved_at"):
            columns["status"] = Status.RESOLVED
        elif columns.get("mitigated_at"):
            columns["status"] = Status.MITIGATED
    latest = max(now, columns.get("started_at") or now)
    if columns.get("status") in {Status.RESOLVED, Status.CLOSED}:
        columns["resolved_at"] = columns.get("resolved_at") or latest
    if columns.get("status") == Status.CLOSED:
        columns["closed_at"] = columns.get("closed_at") or latest
    if columns.get("status") == Status.MITIGATED:
        columns["mitigated_at"] = columns.get("mitigated_at") or latest
