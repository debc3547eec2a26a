"""Bodies and answers of the record's API. Fields are only ever added within v1."""

import uuid
from datetime import datetime
from typing import Any

from ninja import Schema

from hindsight.lib.api import Body, Moment
from incidents.api.evidence_schemas import EvidenceOut


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
    acknowledged_by: str | None
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
    seconds_to_acknowledge: int | None
    seconds_to_mitigate: int | None
    seconds_to_resolve: int | None
    root_cause: str
    fix: str
    verified: str
    # Who signed that there can be no proof, and why; empty where nobody did.
    verified_note: str = ""
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
    position: int
    decided_at: datetime | None
    decided_by: str | None
    evidence: list[EvidenceOut]


class SnippetIn(Body):
    """Code, a log, a config, a query or a shell session; the language is guessed when absent."""

    code: str
    language: str = ""
    filename: str = ""
    caption: str = ""
    step: int | None = None
    entry: int | None = None


class SnippetOut(Schema):
    """A snippet, its code exactly as it was given. `lines_url` with `5` or `5-9` behind it leads to these lines."""

    id: int
    url: str
    lines_url: str
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
    read on this installation). `drawn_from` is the file that this one is a copy of, with boxes and arrows on it.
    """

    id: uuid.UUID
    url: str
    preview_url: str | None
    drawn_from: uuid.UUID | None
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
    snippet: int | None = None
    attachment: uuid.UUID | None = None
    entry: int | None = None
    first_line: int | None = None
    last_line: int | None = None


class LogNoteOut(Schema):
    """A log line or dashboard and what it did for the diagnosis."""

    id: int
    url: str
    verdict: str
    line: str
    emitted_by: str
    note: str
    step: int | None
    snippet: int | None
    attachment: uuid.UUID | None
    entry: int | None
    first_line: int | None
    last_line: int | None
    templates: list[str]
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
