"""What a step of the diagnosis rests on, and what to look at first the next time."""

from datetime import UTC, datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import (
    EVIDENCE_LABEL_LIMIT,
    EVIDENCE_TEXT_LIMIT,
    FIRST_CHECK_LIMIT,
    Attachment,
    DiagnosisStep,
    EvidenceKind,
    FirstCheck,
    Incident,
    Snippet,
    StepEvidence,
    TimelineEntry,
)
from incidents.services.checks import Faults
from incidents.services.ledger import check_of_incident, checked_lines
from search import outbox

EVIDENCE_A_STEP = 50
FIRST_CHECKS_LIMIT = 10
URL_LIMIT = 2_000
_KIND_OF = {"snippet": EvidenceKind.SNIPPET, "attachment": EvidenceKind.ATTACHMENT, "entry": EvidenceKind.ENTRY}


class EvidenceFields(TypedDict, total=False):
    """What may be said beside a source; what is absent stays as it is."""

    from_at: datetime | None
    until_at: datetime | None
    meaning: str
    label: str


def add_evidence(
    *,
    step: DiagnosisStep,
    by: User | None,
    now: datetime,
    snippet: Snippet | None = None,
    attachment: Attachment | None = None,
    entry: TimelineEntry | None = None,
    url: str = "",
    is_metric: bool = False,
    first_line: int | None = None,
    last_line: int | None = None,
    fields: EvidenceFields | None = None,
) -> StepEvidence:
    """Rest a step on one source: a snippet (with lines, from 1), a file, an entry, or an address elsewhere.

    Without a label the source names itself; the name stays when the source is deleted. Raises InvalidError.
    """
    incident, faults = step.incident, Faults()
    sources = {"snippet": snippet, "attachment": attachment, "entry": entry}
    check_of_incident(incident, sources, faults)
    given = [name for name, source in sources.items() if source is not None]
    address = faults.url("url", url, label="Link", limit=URL_LIMIT)
    if len(given) + bool(address) != 1:
        faults.add("source", "Choose one source: code, a file, a line of the timeline, or a link.")
    lines = checked_lines(snippet, first_line, last_line, faults)
    columns = _checked(fields or {}, StepEvidence(), faults)
    if step.evidence.count() >= EVIDENCE_A_STEP:
        faults.add("source", f"A step rests on {EVIDENCE_A_STEP} pieces of evidence at most.")
    faults.stop_if_any()
    kind = _KIND_OF[given[0]] if given else EvidenceKind.METRIC if is_metric else EvidenceKind.LINK
    row = StepEvidence(
        step=step, kind=kind, url=address, author=by, created_at=now, first_line=lines[0], last_line=lines[1], **columns
    )
    row.snippet, row.attachment, row.entry = snippet, attachment, entry
    row.label = (row.label or name_of(row))[:EVIDENCE_LABEL_LIMIT]
    with transaction.atomic():
        row.save(force_insert=True)
        outbox.enqueue("incident", incident.pk)
    return row


def update_evidence(
    *, evidence: StepEvidence, by: User, now: datetime, version: int | None, fields: EvidenceFields
) -> StepEvidence:
    """Correct the words and times beside a source; the source stays. Raises StaleError, InvalidError."""
    with transaction.atomic():
        current = StepEvidence.objects.select_for_update(of=("self",), no_key=True).get(pk=evidence.pk)
        if version is not None and version != current.version:
            raise StaleError(current)
        faults = Faults()
        columns = _checked(fields, current, faults)
        faults.stop_if_any()
        for name, value in columns.items():
            setattr(current, name, value)
        current.label = current.label or evidence.label
        current.version += 1
        current.save()
        outbox.enqueue("incident", current.step.incident_id)
    return current


def remove_evidence(*, evidence: StepEvidence) -> None:
    """Take a piece of evidence off its step; the source stays where it is."""
    with transaction.atomic():
        outbox.enqueue("incident", evidence.step.incident_id)
        evidence.delete()


def name_of(evidence: StepEvidence) -> str:
    """What a source is called when nobody named it."""
    if evidence.snippet:
        lines = lines_words(evidence)
        return f"{evidence.snippet}{f', {lines}' if lines else ''}"
    if evidence.attachment:
        return evidence.attachment.caption or evidence.attachment.filename
    if evidence.entry:
        entry = evidence.entry
        return f"{entry.get_kind_display()} of {entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return evidence.url


def lines_words(evidence: StepEvidence) -> str:
    """line 3, lines 3–7, or nothing for the whole."""
    first, last = evidence.first_line, evidence.last_line
    if first is None:
        return ""
    return f"line {first}" if first == last else f"lines {first}–{last}"


def add_first_check(
    *, incident: Incident, by: User | None, now: datetime, text: str = "", step: DiagnosisStep | None = None
) -> FirstCheck:
    """Put a line on the short list of what to look at first the next time; a step needs no text.

    A step that is on the list already stays as it is. Raises InvalidError.
    """
    faults = Faults()
    words = faults.line("text", text, label="What to check", limit=FIRST_CHECK_LIMIT, required=step is None)
    check_of_incident(incident, {"step": step}, faults)
    faults.stop_if_any()
    if incident.first_checks.count() >= FIRST_CHECKS_LIMIT:
        raise InvalidError({"text": f"The list holds {FIRST_CHECKS_LIMIT} at most; take one off first."})
    try:
        with transaction.atomic():
            check = FirstCheck.objects.create(incident=incident, step=step, text=words, author=by, created_at=now)
            outbox.enqueue("incident", incident.pk)
    except IntegrityError:
        return incident.first_checks.get(step=step)
    return check


def remove_first_check(*, check: FirstCheck) -> None:
    """Take a line off the list."""
    with transaction.atomic():
        outbox.enqueue("incident", check.incident_id)
        check.delete()


def _checked(fields: EvidenceFields, row: StepEvidence, faults: Faults) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "label" in fields:
        columns["label"] = faults.line("label", fields["label"], label="Name", limit=EVIDENCE_LABEL_LIMIT)
    if "meaning" in fields:
        limit = EVIDENCE_TEXT_LIMIT
        columns["meaning"] = faults.text("meaning", fields["meaning"], label="What it means", limit=limit)
    for name in ("from_at", "until_at"):
        if name in fields:
            columns[name] = fields[name]
    begins, ends = columns.get("from_at", row.from_at), columns.get("until_at", row.until_at)
    if begins and ends and ends < begins:
        faults.add("until_at", "It ends before it begins.")
    return columns
