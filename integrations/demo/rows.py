"""A row of incidents.jsonl (see README.md beside it) as a record; what is null there stays unknown."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hindsight.lib.languages import normalise_language
from hindsight.lib.time import parse_iso_aware
from incidents.models import EntryKind, Kind, Precision, Status
from incidents.services.diagnosis import StepFields
from incidents.services.fields import IncidentFields
from integrations.importing.json_rows import Row, rows_of, text_of, texts_of
from integrations.importing.records import ActionRecord, EntryRecord, LogNoteRecord, Origin, Record, SnippetRecord
from postmortems.models import ActionState
from postmortems.services.actions import ActionFields
from postmortems.services.proof import EvidenceFields

FORMAT = "demo"
SECTIONS = ("summary", "impact", "detection", "root_cause", "fix", "verification")
# Words of the file that are no kinds of a line here.
KEY_KINDS = {"impact", "resolved", "fix"}
AS_NOTE = {"impact", "resolved", "diagnosis"}


@dataclass(frozen=True, slots=True)
class Times:
    """When things happened, and which moment stands for things of which no time is told."""

    started_at: datetime | None
    precision: Precision
    detected_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None

    @property
    def first(self) -> datetime:
        """The first that is known; every row has one."""
        return min(self._known())

    @property
    def last(self) -> datetime:
        """The last that is known."""
        return max(self._known())

    def _known(self) -> list[datetime]:
        moments = (self.started_at, self.detected_at, self.mitigated_at, self.resolved_at)
        return [moment for moment in moments if moment]


def record_of(row: Row) -> Record:
    """The record of a row. Raises BadRow."""
    times = times_of(row)
    has_proof = bool(rows_of(row, "evidence"))
    lessons = "\n".join(f"- {lesson}" for lesson in texts_of(row, "lessons"))
    sections = {**{key: text_of(row, key) for key in SECTIONS}, "lessons": lessons}
    return Record(
        external_id=text_of(row, "id", required=True),
        fields=_fields(row, times, has_proof=has_proof),
        origin=_origin(row),
        sections={key: text for key, text in sections.items() if text},
        factors=tuple((text_of(item, "category"), text_of(item, "text")) for item in rows_of(row, "factors")),
        entries=tuple(_entries(row, times)),
        steps=tuple(_steps(row, times)),
        snippets=tuple(_snippet(item) for item in rows_of(row, "snippets")),
        log_notes=tuple(
            LogNoteRecord(verdict=text_of(item, "verdict"), line=text_of(item, "line"), note=text_of(item, "note"))
            for item in rows_of(row, "log_notes")
        ),
        evidence=tuple(_proof(item, row, times) for item in rows_of(row, "evidence")),
        actions=tuple(_action(item, row) for item in rows_of(row, "action_items")),
        may_publish=has_proof,
    )


def times_of(row: Row) -> Times:
    """The moments of a row. A day stands at midnight, and an end of which only the day is told is left out beside an
    exact start: it would make a duration that nobody measured.
    """
    started_at, started_on = _moment(row, "started_at"), _day(row, "started_on")
    resolved_at, resolved_on = _moment(row, "resolved_at"), _day(row, "resolved_on")
    return Times(
        started_at=started_at or started_on,
        precision=Precision.DAY if started_on and not started_at else Precision.MINUTE,
        detected_at=_moment(row, "detected_at"),
        mitigated_at=_moment(row, "mitigated_at"),
        resolved_at=resolved_at or (None if started_at else resolved_on),
    )


def _fields(row: Row, times: Times, *, has_proof: bool) -> IncidentFields:
    return IncidentFields(
        title=text_of(row, "title", required=True),
        summary=text_of(row, "summary"),
        severity=text_of(row, "severity_guess"),
        # Without proof of the fix something is left to do.
        status=Status.CLOSED if has_proof else Status.RESOLVED,
        kind=Kind.REAL,
        detected_by=text_of(row, "detected_by"),
        services=texts_of(row, "services"),
        tags=texts_of(row, "tags"),
        started_at=times.started_at,
        started_precision=times.precision,
        detected_at=times.detected_at,
        mitigated_at=times.mitigated_at,
        resolved_at=times.resolved_at,
        external_id=text_of(row, "id"),
        source_url=text_of(row, "source_url"),
        source_name=text_of(row, "organisation"),
    )


def _entries(row: Row, times: Times) -> list[EntryRecord]:
    """The lines in the order of the file. One without a time stands with the line before it and says so."""
    entries: list[EntryRecord] = []
    last = times.first
    for position, item in enumerate(rows_of(row, "timeline")):
        at, day, kind = _moment(item, "at"), _day(item, "on"), text_of(item, "kind")
        body = text_of(item, "text")
        if at is None:
            body = f"{body} ({'hour' if day else 'time'} not known)"
            is_same_day = day is not None and position > 0 and last.date() == day.date()
            at = last if day is None or is_same_day else day
        last = at
        is_key = kind in KEY_KINDS
        entries.append(EntryRecord(EntryKind.NOTE if kind in AS_NOTE else kind, body, at, is_key=is_key))
    return entries


def _steps(row: Row, times: Times) -> list[StepFields]:
    """The steps, from the moment of detection on. The reports tell no times, so seconds keep their order."""
    begin = times.detected_at or times.first
    return [
        StepFields(
            hypothesis=text_of(item, "hypothesis"),
            action=text_of(item, "action"),
            finding=text_of(item, "finding"),
            outcome=text_of(item, "outcome"),
            at=begin + timedelta(seconds=position),
        )
        for position, item in enumerate(rows_of(row, "diagnosis"))
    ]


def _snippet(item: Row) -> SnippetRecord:
    language = normalise_language(text_of(item, "language"))
    return SnippetRecord(code=text_of(item, "code"), language=language, filename=text_of(item, "filename"))


def _proof(item: Row, row: Row, times: Times) -> EvidenceFields:
    return EvidenceFields(
        method=text_of(item, "method"),
        claim=text_of(item, "claim"),
        detail="As the public report tells it; not checked here. No time is told, so it stands at the end.",
        url=text_of(row, "source_url"),
        result=text_of(item, "result"),
        at=times.last,
    )


def _action(item: Row, row: Row) -> ActionRecord:
    is_done = item.get("done") is True
    fields = ActionFields(
        title=text_of(item, "title"),
        kind=text_of(item, "kind"),
        state=ActionState.DONE if is_done else ActionState.OPEN,
        proof=f"The public report says that it was done: {text_of(row, 'source_url')}" if is_done else "",
    )
    return ActionRecord(fields=fields)


def _origin(row: Row) -> Origin:
    told = (
        "Demo data, loaded with `load_demo`.\n\n"
        f"- Facts from the public report of {text_of(row, 'organisation')}: {text_of(row, 'source_url')}\n"
        "- The words are our own and free to use (CC0-1.0); severity, categories of causes and tags are our reading\n"
        "- Steps of the diagnosis have no times in the report: they stand at the detection, in their order\n"
        "- Action items are as the report left them"
    )
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()
    data = {"organisation": text_of(row, "organisation"), "licence": text_of(row, "licence"), "kind": "demo"}
    return Origin(FORMAT, digest, told, dict(data))


def _moment(row: Row, key: str) -> datetime | None:
    text = text_of(row, key)
    return parse_iso_aware(text) if text else None


def _day(row: Row, key: str) -> datetime | None:
    text = text_of(row, key)
    return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC) if text else None
