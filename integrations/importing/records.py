"""What every import format is turned into before it is written: one incident with all that belongs to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incidents.services.diagnosis import StepFields
from incidents.services.fields import IncidentFields
from postmortems.services.actions import ActionFields
from postmortems.services.proof import EvidenceFields


@dataclass(frozen=True, slots=True)
class Note:
    """Something that could not be taken over as it was: a reason that many rows share, and what it was here."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A line of the timeline."""

    kind: str
    body: str
    at: datetime
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class SnippetRecord:
    """A piece of code; `language` is a key of ours, or "" to have it guessed."""

    code: str
    language: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class LogNoteRecord:
    """A line of the log ledger."""

    verdict: str
    line: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """An action item, and when it was done if it is."""

    fields: ActionFields
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record came from: `text` tells people, `data` is kept for machines, `digest` names the exact row."""

    format: str
    digest: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One incident to be written. `external_id` is what tells it from all others when it comes again."""

    external_id: str
    fields: IncidentFields
    origin: Origin
    sections: dict[str, str] = field(default_factory=dict)
    factors: tuple[tuple[str, str], ...] = ()
    entries: tuple[EntryRecord, ...] = ()
    steps: tuple[StepFields, ...] = ()
    snippets: tuple[SnippetRecord, ...] = ()
    log_notes: tuple[LogNoteRecord, ...] = ()
    evidence: tuple[EvidenceFields, ...] = ()
    actions: tuple[ActionRecord, ...] = ()
    # Publish the postmortem if nothing that publication needs is missing; otherwise it is a draft in any case.
    may_publish: bool = False
    notes: tuple[Note, ...] = ()
