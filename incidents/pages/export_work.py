"""Roles, changes and the note of a hand-over, as an export of an incident has them."""

from datetime import UTC, datetime
from typing import Any

from incidents.models import HandoverNote, Incident
from incidents.pages.changes import ShownChange, judged_changes

Data = dict[str, Any]


def work_of(incident: Incident) -> Data:
    """Who took it, who had which role, which changes were judged, and what stands on top of the hand-over.

    Links are left out: an export is read by people who may not know of the incident at the other end.
    """
    note = HandoverNote.objects.filter(incident=incident).first()
    return {
        "acknowledged_by": incident.acknowledged_by.shown_name if incident.acknowledged_by else None,
        "roles": [
            {
                "role": row.role,
                "person": row.person.shown_name,
                "since": _moment(row.since),
                "until": _moment(row.until) if row.until else None,
            }
            for row in incident.roles.select_related("person")
        ],
        "changes": [_change(row) for row in judged_changes(incident)],
        "handover_note": note.body if note else "",
    }


def change_lines(changes: list[Data]) -> str:
    """The judged changes as a Markdown list."""
    return "\n".join(_line(change) for change in changes)


def _line(change: Data) -> str:
    service = f"({change['service']})" if change["service"] else ""
    what = " ".join(filter(None, [change["title"], change["version"], service]))
    why = f": {change['why']}" if change["why"] else ""
    return f"- {change['at']} {change['kind']} {what}, **{change['verdict']}**{why}"


def _change(row: ShownChange) -> Data:
    same = ("kind", "title", "version", "author", "url", "external_id")
    return {
        "at": _moment(row.change.at),
        **{name: getattr(row.change, name) for name in same},
        "service": row.change.service.name if row.change.service else None,
        "verdict": row.verdict,
        "why": row.why,
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
