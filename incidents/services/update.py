"""Changing an incident: its fields, its status, its severity, and who may see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from hindsight.lib.text import clean
from incidents.models import LEAD, EntryKind, EntrySource, Incident, Status, TimelineEntry, transition
from incidents.services.fields import IncidentFields, checked
from incidents.services.holders import pass_on
from incidents.services.lists import set_lists
from incidents.services.saving import save_incident
from search import outbox

REASON_LIMIT = 1000
# What each status says has happened, and so which moments fall away when an incident goes back behind it.
MOMENT_OF = {Status.MITIGATED: "mitigated_at", Status.RESOLVED: "resolved_at", Status.CLOSED: "closed_at"}
# What arriving at a status says of the stages before it. Closing early says nothing of them.
REACHED = {
    Status.MITIGATED: ("mitigated_at",),
    Status.RESOLVED: ("resolved_at", "mitigated_at"),
    Status.CLOSED: ("closed_at",),
}


def update(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    version: int | None,
    fields: IncidentFields,
    reason: str = "",
    source: str = EntrySource.WEB,
    seen: Mapping[str, Any] | None = None,
) -> Incident:
    """Change what is given and return the incident as it is then.

    `version` is the one that the caller last saw; another raises StaleError with the current row (None, for what can't
    conflict, takes any). `seen` has columns as the caller last saw them: another value in one of them raises it too,
    unless that is the wanted one; what has changed elsewhere does not. A status that goes back, or closes what was not
    resolved, needs a `reason`; without one, and for any broken rule, InvalidError. Nothing given or nothing different
    changes nothing, the version included.
    """
    with transaction.atomic():
        # Its key stays, so that notes and snippets can be added meanwhile.
        current = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        if version is not None and version != current.version:
            raise StaleError(current)
        if any(getattr(current, name) not in (value, fields.get(name)) for name, value in (seen or {}).items()):
            raise StaleError(current)
        columns = checked(fields, now=now, stored=current)
        before = {name: getattr(current, name) for name in columns}
        _follow_moments(columns, current, fields)
        why = clean(reason).text.strip()
        entries = _status_change(columns, current, by=by, now=now, reason=why, source=source)
        entries += _other_changes(columns, current, by=by, now=now, source=source)
        changed = [name for name, value in columns.items() if getattr(current, name) != value]
        for name in changed:
            setattr(current, name, columns[name])
        if current.acknowledged_at is None:
            current.acknowledged_by = None
        lists = set_lists(current, fields, by=by)
        if not changed and not lists:
            return current
        current.version += 1
        current.updated_at = now
        current.render_fields()
        save_incident(current)
        if "lead" in changed:
            pass_on(current, role=LEAD, person=current.lead, now=now)
        TimelineEntry.objects.bulk_create(entries)
        _audit_privacy(current, before, lists, by=by, now=now)
        outbox.enqueue("incident", current.pk)
    return current


def change_status(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    status: str,
    version: int | None = None,
    seen: str = "",
    reason: str = "",
    source: str = EntrySource.WEB,
) -> Incident:
    """Move to another status; `seen` is the one that the caller saw it at, "" for whichever. See `update`."""
    return update(
        incident=incident,
        by=by,
        now=now,
        version=version,
        fields={"status": status},
        reason=reason,
        source=source,
        seen={"status": seen} if seen else None,
    )


def change_severity(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    severity: str,
    version: int | None = None,
    seen: str = "",
    source: str = EntrySource.WEB,
) -> Incident:
    """Rate it anew; `seen` is how the caller saw it rated, "" for whatever it was. See `update`."""
    return update(
        incident=incident,
        by=by,
        now=now,
        version=version,
        fields={"severity": severity},
        source=source,
        seen={"severity": seen} if seen else None,
    )


def _follow_moments(columns: dict[str, Any], current: Incident, fields: IncidentFields) -> None:
    """A resolved or mitigated time that is entered moves the status forward to what it says."""
    if "status" in fields:
        return
    order = list(Status)
    for status in (Status.RESOLVED, Status.MITIGATED):
        name = MOMENT_OF[status]
        is_new = columns.get(name) and not getattr(current, name)
        if is_new and order.index(Status(current.status)) < order.index(status):
            columns["status"] = status
            return


def _status_change(
    columns: dict[str, Any], current: Incident, *, by: User | None, now: datetime, reason: str, source: str
) -> list[TimelineEntry]:
    """Set the moments that a status change brings, and write its line; none when it stays."""
    if "status" not in columns:
        return []
    start, end = Status(current.status), Status(columns["status"])
    step = transition(start, end)
    if step is None:
        return []
    if step.needs_reason and not reason:
        raise InvalidError(
            {"reason": f"To {step.name} from {start.label.lower()} to {end.label.lower()}, give a reason."}
        )
    if len(reason) > REASON_LIMIT:
        raise InvalidError({"reason": f"Reason has {len(reason):,} characters; the limit is {REASON_LIMIT:,}."})
    _set_moments(columns, current, end=end, now=now)
    data = {"from": start.value, "to": end.value, "act": step.name, "reason": reason}
    return [_line(current, EntryKind.STATUS, data, by=by, now=now, source=source)]


def _set_moments(columns: dict[str, Any], current: Incident, *, end: Status, now: datetime) -> None:
    """Going forward stamps the stages that were reached; going back takes away those that no longer hold."""
    order = list(Status)
    for status, name in MOMENT_OF.items():
        if order.index(status) > order.index(end):
            columns[name] = None
    started = columns.get("started_at", current.started_at)
    moment = max(now, started) if started else now
    for name in REACHED.get(end, ()):
        columns[name] = columns.get(name) or getattr(current, name) or _resolved(columns, name) or moment


def _resolved(columns: dict[str, Any], name: str) -> datetime | None:
    """Users are unaffected at the latest when the cause is gone."""
    return columns.get("resolved_at") if name == "mitigated_at" else None


def _other_changes(
    columns: dict[str, Any], current: Incident, *, by: User | None, now: datetime, source: str
) -> list[TimelineEntry]:
    """The lines for a change of severity or lead."""
    entries = []
    if columns.get("severity", current.severity) != current.severity:
        data = {"from": current.severity, "to": columns["severity"]}
        entries.append(_line(current, EntryKind.SEVERITY, data, by=by, now=now, source=source))
    if "lead" in columns and columns["lead"] != current.lead:
        names = {
            "from": current.lead.shown_name if current.lead else "",
            "to": columns["lead"].shown_name if columns["lead"] else "",
        }
        entries.append(_line(current, EntryKind.ROLE, {"role": "lead", **names}, by=by, now=now, source=source))
    return entries


def _line(
    incident: Incident, kind: str, data: dict[str, Any], *, by: User | None, now: datetime, source: str
) -> TimelineEntry:
    return TimelineEntry(incident=incident, kind=kind, data=data, at=now, noted_at=now, author=by, source=source)


def _audit_privacy(
    incident: Incident, before: dict[str, Any], lists: list[str], *, by: User | None, now: datetime
) -> None:
    """Who may see an incident is worth a line in the audit log."""
    is_changed = "is_private" in before and before["is_private"] != incident.is_private
    if not is_changed and not {"people", "teams"} & set(lists):
        return
    audit.record(
        by=by,
        action="incident.access",
        target=incident.label,
        now=now,
        is_private=incident.is_private,
        people=list(incident.people.values_list("username", flat=True)),
        teams=list(incident.teams.values_list("name", flat=True)),
    )
