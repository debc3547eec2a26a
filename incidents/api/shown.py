"""Rows of the record as the API's answers show them; the shapes are in `incidents.api.schemas`."""

from typing import Any

from django.http import HttpRequest

from incidents.answers import Answer
from incidents.models import (
    Attachment,
    DiagnosisStep,
    FirstCheck,
    Incident,
    LogNote,
    Service,
    Snippet,
    StepEvidence,
    TimelineEntry,
)
from incidents.services.ledger import Known


def incident_out(request: HttpRequest, incident: Incident, answer: Answer) -> dict[str, Any]:
    """An incident as `IncidentOut`; its lists must be prefetched where there are many."""
    columns = {name: getattr(incident, name) for name in _SAME_NAME}
    durations = {
        "seconds_to_detect": incident.time_to_detect,
        "seconds_to_acknowledge": incident.time_to_acknowledge,
        "seconds_to_mitigate": incident.time_to_mitigate,
        "seconds_to_resolve": incident.time_to_resolve,
    }
    return {
        **columns,
        "number": incident.label,
        "url": request.build_absolute_uri(incident.get_absolute_url()),
        "services": [service.name for service in incident.services.all()],
        "tags": [tag.name for tag in incident.tags.all()],
        "people": [person.username for person in incident.people.all()],
        "teams": [team.slug for team in incident.teams.all()],
        "lead": incident.lead.username if incident.lead else None,
        "declared_by": incident.declared_by.username if incident.declared_by else None,
        "acknowledged_by": incident.acknowledged_by.username if incident.acknowledged_by else None,
        **{name: int(value.total_seconds()) if value is not None else None for name, value in durations.items()},
        "root_cause": answer.root_cause,
        "fix": answer.fix,
        "verified": answer.verified,
        "verified_note": answer.note,
    }


_SAME_NAME = (
    "id", "title", "summary", "severity", "status", "kind", "detected_by", "is_private", "started_at",
    "started_precision", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at", "closed_at", "declared_at",
    "updated_at", "external_id", "source_url", "source_name", "version",
)  # fmt: skip


def _place(request: HttpRequest, incident: Incident, anchor: str) -> str:
    return request.build_absolute_uri(f"{incident.get_absolute_url()}#{anchor}")


def entry_out(request: HttpRequest, incident: Incident, entry: TimelineEntry) -> dict[str, Any]:
    """An entry as `EntryOut`."""
    same = ("id", "kind", "body", "at", "noted_at", "data", "version")
    return {
        **{name: getattr(entry, name) for name in same},
        "url": _place(request, incident, entry.anchor),
        "author": entry.author.username if entry.author else None,
        "step": entry.step_id,
    }


def step_out(request: HttpRequest, incident: Incident, step: DiagnosisStep) -> dict[str, Any]:
    """A step as `StepOut`."""
    same = ("id", "hypothesis", "action", "finding", "outcome", "at", "version", "position", "decided_at")
    return {
        **{name: getattr(step, name) for name in same},
        "decided_by": step.decided_by.username if step.decided_by else None,
        "evidence": [evidence_out(request, incident, row) for row in step.evidence.all()],
        "url": _place(request, incident, step.anchor),
        "author": step.author.username if step.author else None,
        "parent": step.parent_id,
    }


def evidence_out(request: HttpRequest, incident: Incident, row: StepEvidence) -> dict[str, Any]:
    """A piece of evidence as `EvidenceOut`."""
    same = ("id", "kind", "label", "first_line", "last_line", "from_at", "until_at", "meaning", "created_at", "version")
    return {
        **{name: getattr(row, name) for name in same},
        "url": _place(request, incident, row.anchor),
        "step": row.step_id,
        "snippet": row.snippet_id,
        "attachment": row.attachment_id,
        "entry": row.entry_id,
        "link": row.url,
        "author": row.author.username if row.author else None,
    }


def first_check_out(request: HttpRequest, incident: Incident, check: FirstCheck) -> dict[str, Any]:
    """A line of what to check first as `FirstCheckOut`."""
    return {
        "id": check.pk,
        "url": _place(request, incident, f"first-check-{check.pk}"),
        "text": check.words,
        "step": check.step_id,
        "author": check.author.username if check.author else None,
        "created_at": check.created_at,
    }


def known_out(request: HttpRequest, found: Known) -> dict[str, Any]:
    """A line that was judged before as `KnownOut`."""
    note = found.note
    return {
        "line": found.at,
        "text": found.line[:1000],
        "verdict": note.verdict,
        "note": note.note,
        "emitted_by": note.emitted_by,
        "number": note.incident.label,
        "url": _place(request, note.incident, note.anchor),
    }


def snippet_out(request: HttpRequest, incident: Incident, snippet: Snippet) -> dict[str, Any]:
    """A snippet as `SnippetOut`."""
    same = ("id", "code", "language", "filename", "caption", "created_at", "version")
    return {
        **{name: getattr(snippet, name) for name in same},
        "url": _place(request, incident, snippet.anchor),
        "lines_url": f"{request.build_absolute_uri(incident.get_absolute_url())}snippets/{snippet.pk}/?lines=",
        "author": snippet.author.username if snippet.author else None,
        "step": snippet.step_id,
        "entry": snippet.entry_id,
    }


def attachment_out(request: HttpRequest, attachment: Attachment) -> dict[str, Any]:
    """A file as `AttachmentOut`."""
    same = ("id", "filename", "content_type", "size", "sha256", "text", "text_state", "text_note", "caption")
    more = ("alt_text", "preview_note", "created_at", "version")
    preview = request.build_absolute_uri(attachment.preview_url) if attachment.is_picture else None
    return {
        **{name: getattr(attachment, name) for name in (*same, *more)},
        "url": request.build_absolute_uri(attachment.get_absolute_url()),
        "preview_url": preview,
        "drawn_from": attachment.drawn_from_id,
        "author": attachment.author.username if attachment.author else None,
        "step": attachment.step_id,
        "entry": attachment.entry_id,
    }


def log_note_out(request: HttpRequest, incident: Incident, note: LogNote) -> dict[str, Any]:
    """A log note as `LogNoteOut`."""
    same = ("id", "verdict", "line", "emitted_by", "note", "created_at", "first_line", "last_line")
    return {
        **{name: getattr(note, name) for name in same},
        "snippet": note.snippet_id,
        "attachment": note.attachment_id,
        "entry": note.entry_id,
        "templates": [row.template for row in note.templates.all()],
        "url": _place(request, incident, note.anchor),
        "author": note.author.username if note.author else None,
        "step": note.step_id,
    }


def service_out(request: HttpRequest, service: Service) -> dict[str, Any]:
    """A service as `ServiceOut`."""
    same = ("id", "name", "slug", "description", "runbook_url")
    return {
        **{name: getattr(service, name) for name in same},
        "url": request.build_absolute_uri(service.get_absolute_url()),
        "team": service.team.slug if service.team else None,
    }
