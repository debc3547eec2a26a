"""Bodies and answers of the record's API. Fields are only ever added within v1."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from hindsight.lib.api import Body, Moment
from incidents.answers import Answer
from incidents.models import Attachment, DiagnosisStep, Incident, LogNote, Service, Snippet, TimelineEntry


class IncidentIn(Body):
    """An incident to declare; the title alone is enough."""

    title: str
    summary: str = ""
    severity: str = "sev3"
    status: str = "investigating"
    kind: str = "real"
    services: list[str] = []
    tags: list[str] = []
    is_private: bool = False
    people: list[str] = []
    teams: list[str] = []
    lead: str | None = None
    started_at: Moment | None = None
    detected_at: Moment | None = None
    acknowledged_at: Moment | None = None
    mitigated_at: Moment | None = None
    resolved_at: Moment | None = None
    detected_by: str = "unknown"
    external_id: str | None = None
    source_url: str = ""


class IncidentPatch(Body):
    """Changes to an incident: what is absent stays. `version` is the one last seen; `reason` explains going back."""

    version: int
    reason: str = ""
    title: str = ""
    summary: str = ""
    severity: str = ""
    status: str = ""
    kind: str = ""
    services: list[str] = []
    tags: list[str] = []
    is_private: bool = False
    people: list[str] = []
    teams: list[str] = []
    lead: str | None = None
    started_at: Moment | None = None
    detected_at: Moment | None = None
    acknowledged_at: Moment | None = None
    mitigated_at: Moment | None = None
    resolved_at: Moment | None = None
    closed_at: Moment | None = None
    detected_by: str = ""
    external_id: str | None = None
    source_url: str = ""


class IncidentOut(Schema):
    """An incident. Durations are whole seconds from its start; null where a time is not known."""

    id: int
    number: str
    url: str
    title: str
    summary: str
    severity: str
    status: str
    kind: str
    detected_by: str
    services: list[str]
    tags: list[str]
    is_private: bool
    people: list[str]
    teams: list[str]
    lead: str | None
    declared_by: str | None
    started_at: datetime | None
    started_precision: str
    detected_at: datetime | None
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    declared_at: datetime
    updated_at: datetime
    seconds_to_detect: int | None
    seconds_to_mitigate: int | None
    seconds_to_resolve: int | None
    root_cause: str
    fix: str
    verified: str
    external_id: str | None
    source_url: str
    source_name: str
    version: int


class IncidentList(Schema):
    """A page of incidents."""

    count: int
    next: str | None
    results: list[IncidentOut]


class EntryIn(Body):
    """A line for the timeline."""

    body: str
    kind: str = "note"
    at: Moment | None = None


class EntryOut(Schema):
    """A line of the timeline. `data` tells of a change of status, severity or role."""

    id: int
    url: str
    kind: str
    body: str
    at: datetime
    noted_at: datetime
    author: str | None
    step: int | None
    data: dict[str, Any]
    version: int


class StepIn(Body):
    """A step of the diagnosis; the hypothesis alone is enough."""

    hypothesis: str
    action: str = ""
    finding: str = ""
    outcome: str = "open"
    at: Moment | None = None
    parent: int | None = None


class StepPatch(Body):
    """Changes to a step: what is absent stays. With `version`, a stale one is refused."""

    version: int | None = None
    hypothesis: str = ""
    action: str = ""
    finding: str = ""
    outcome: str = ""
    at: Moment | None = None
    parent: int | None = None


class StepOut(Schema):
    """A step of the diagnosis."""

    id: int
    url: str
    hypothesis: str
    action: str
    finding: str
    outcome: str
    at: datetime
    author: str | None
    parent: int | None
    version: int


class SnippetIn(Body):
    """Code, a log, a config, a query or a shell session; the language is guessed when absent."""

    code: str
    language: str = ""
    filename: str = ""
    caption: str = ""
    step: int | None = None
    entry: int | None = None


class SnippetOut(Schema):
    """A snippet, its code exactly as it was given."""

    id: int
    url: str
    code: str
    language: str
    filename: str
    caption: str
    step: int | None
    entry: int | None
    author: str | None
    created_at: datetime
    version: int


class AttachmentOut(Schema):
    """A file. `preview_url` is null where there is none, and `preview_note` says why; `text` is what search reads.

    `text_state`: none (nothing to read), pending, read, empty, refused (see `text_note`), unavailable (pictures are not
    read on this installation).
    """

    id: uuid.UUID
    url: str
    preview_url: str | None
    preview_note: str
    filename: str
    content_type: str
    size: int
    sha256: str
    text: str
    text_state: str
    text_note: str
    caption: str
    alt_text: str
    step: int | None
    entry: int | None
    author: str | None
    created_at: datetime
    version: int


class AttachmentPatch(Body):
    """Corrections of the words beside a file; `text` only for pictures. With `version`, a stale one gets 409."""

    version: int | None = None
    caption: str = ""
    alt_text: str = ""
    text: str = ""


class LogNoteIn(Body):
    """A log line or dashboard that was misleading, noisy, missing or decisive."""

    verdict: str
    line: str
    emitted_by: str = ""
    note: str = ""
    step: int | None = None


class LogNoteOut(Schema):
    """A log line or dashboard and what it did for the diagnosis."""

    id: int
    url: str
    verdict: str
    line: str
    emitted_by: str
    note: str
    step: int | None
    author: str | None
    created_at: datetime


class ServiceOut(Schema):
    """A service."""

    id: int
    name: str
    slug: str
    url: str
    description: str
    runbook_url: str
    team: str | None


def incident_out(request: HttpRequest, incident: Incident, answer: Answer) -> dict[str, Any]:
    """An incident as `IncidentOut`; its lists must be prefetched where there are many."""
    columns = {name: getattr(incident, name) for name in _SAME_NAME}
    durations = {
        "seconds_to_detect": incident.time_to_detect,
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
        **{name: int(value.total_seconds()) if value is not None else None for name, value in durations.items()},
        "root_cause": answer.root_cause,
        "fix": answer.fix,
        "verified": answer.verified,
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
    same = ("id", "hypothesis", "action", "finding", "outcome", "at", "version")
    return {
        **{name: getattr(step, name) for name in same},
        "url": _place(request, incident, step.anchor),
        "author": step.author.username if step.author else None,
        "parent": step.parent_id,
    }


def snippet_out(request: HttpRequest, incident: Incident, snippet: Snippet) -> dict[str, Any]:
    """A snippet as `SnippetOut`."""
    same = ("id", "code", "language", "filename", "caption", "created_at", "version")
    return {
        **{name: getattr(snippet, name) for name in same},
        "url": _place(request, incident, snippet.anchor),
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
        "author": attachment.author.username if attachment.author else None,
        "step": attachment.step_id,
        "entry": attachment.entry_id,
    }


def log_note_out(request: HttpRequest, incident: Incident, note: LogNote) -> dict[str, Any]:
    """A log note as `LogNoteOut`."""
    same = ("id", "verdict", "line", "emitted_by", "note", "created_at")
    return {
        **{name: getattr(note, name) for name in same},
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
