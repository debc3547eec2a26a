"""Writing down how the cause is looked for."""

from datetime import datetime
from typing import Any, TypedDict

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import StaleError
from incidents.models import (
    HYPOTHESIS_LIMIT,
    STEP_TEXT_LIMIT,
    DiagnosisStep,
    EntryKind,
    EntrySource,
    Incident,
    LogNote,
    LogVerdict,
    Outcome,
    TimelineEntry,
    outcome_transition,
)
from incidents.services.checks import Faults
from search import outbox

DEPTH_LIMIT = 8
LOG_LINE_LIMIT = 5_000


class StepFields(TypedDict, total=False):
    """What may be given of a step; what is absent stays as it is."""

    hypothesis: str
    action: str
    finding: str
    outcome: str
    at: datetime
    parent: DiagnosisStep | None


def add_step(
    *, incident: Incident, by: User | None, now: datetime, fields: StepFields, source: str = EntrySource.WEB
) -> DiagnosisStep:
    """Add a step; the hypothesis alone is enough. It also gets its line in the timeline. Raises InvalidError."""
    columns = _checked({"hypothesis": "", **fields}, incident=incident, step=None, now=now)
    step = DiagnosisStep(incident=incident, author=by, noted_at=now, **{"at": now, **columns})
    step.render_fields()
    with transaction.atomic():
        step.save(force_insert=True)
        _line(step, {"to": step.outcome}, at=step.at, by=by, now=now, source=source)
        outbox.enqueue("incident", incident.pk)
    return step


def update_step(
    *,
    step: DiagnosisStep,
    by: User,
    now: datetime,
    version: int | None,
    fields: StepFields,
    source: str = EntrySource.WEB,
) -> DiagnosisStep:
    """Change a step. A changed outcome gets a line in the timeline. Raises StaleError, InvalidError."""
    with transaction.atomic():
        # The incident first: two who each move a step below the other's would close a circle.
        incident = Incident.objects.select_for_update(no_key=True).get(pk=step.incident_id)
        current = DiagnosisStep.objects.select_for_update(no_key=True).get(pk=step.pk)
        if version is not None and version != current.version:
            raise StaleError(current)
        columns = _checked(fields, incident=incident, step=current, now=now)
        changed = {name: value for name, value in columns.items() if getattr(current, name) != value}
        if not changed:
            return current
        if "outcome" in changed:
            _outcome_line(current, Outcome(changed["outcome"]), by=by, now=now, source=source)
        for name, value in changed.items():
            setattr(current, name, value)
        current.version += 1
        current.render_fields()
        current.save()
        outbox.enqueue("incident", current.incident_id)
    return current


def _outcome_line(step: DiagnosisStep, outcome: Outcome, *, by: User, now: datetime, source: str) -> None:
    change = outcome_transition(Outcome(step.outcome), outcome)
    if change:
        data = {"from": step.outcome, "to": outcome.value, "act": change.name}
        _line(step, data, at=now, by=by, now=now, source=source)


def _line(
    step: DiagnosisStep, data: dict[str, Any], *, at: datetime, by: User | None, now: datetime, source: str
) -> None:
    TimelineEntry.objects.create(
        incident_id=step.incident_id,
        kind=EntryKind.DIAGNOSIS,
        step=step,
        data=data,
        at=at,
        noted_at=now,
        author=by,
        source=source,
    )


def _checked(fields: StepFields, *, incident: Incident, step: DiagnosisStep | None, now: datetime) -> dict[str, Any]:
    faults = Faults()
    columns: dict[str, Any] = {}
    if "hypothesis" in fields:
        columns["hypothesis"] = faults.line(
            "hypothesis", fields["hypothesis"], label="Hypothesis", limit=HYPOTHESIS_LIMIT, required=True
        )
    if "action" in fields:
        columns["action"] = faults.text("action", fields["action"], label="Action", limit=STEP_TEXT_LIMIT)
    if "finding" in fields:
        columns["finding"] = faults.text("finding", fields["finding"], label="Finding", limit=STEP_TEXT_LIMIT)
    if "outcome" in fields:
        faults.choice("outcome", fields["outcome"], Outcome.values, label="Outcome")
        columns["outcome"] = fields["outcome"]
    if "at" in fields:
        faults.moment("at", fields["at"], now=now)
        columns["at"] = fields["at"]
    if "parent" in fields:
        _check_parent(fields["parent"], incident=incident, step=step, faults=faults)
        columns["parent"] = fields["parent"]
    faults.stop_if_any()
    return columns


def _check_parent(
    parent: DiagnosisStep | None, *, incident: Incident, step: DiagnosisStep | None, faults: Faults
) -> None:
    """A parent is of the same incident, never the step itself or one below it, and not too deep."""
    if parent is None:
        return
    if parent.incident_id != incident.pk:
        faults.add("parent", f"Step {parent.pk} is not a step of {incident.label}.")
        return
    above = dict(DiagnosisStep.objects.filter(incident=incident).values_list("pk", "parent_id"))
    depth = 1
    walked: int | None = parent.pk
    while walked is not None:
        if step is not None and walked == step.pk:
            faults.add("parent", "A step can't lie under itself or under one of its own steps.")
            return
        walked, depth = above.get(walked), depth + 1
    if depth > DEPTH_LIMIT:
        faults.add("parent", f"Steps can lie {DEPTH_LIMIT} deep at most.")


def add_log_note(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    verdict: str,
    line: str,
    emitted_by: str = "",
    note: str = "",
    step: DiagnosisStep | None = None,
) -> LogNote:
    """Note a log line or dashboard that misled, was noise, was missing, or decided. Raises InvalidError."""
    faults = Faults()
    faults.choice("verdict", verdict, LogVerdict.values, label="Verdict")
    text = faults.text("line", line, label="Line", limit=LOG_LINE_LIMIT, required=True)
    place = faults.line("emitted_by", emitted_by, label="Emitted by", limit=300)
    why = faults.text("note", note, label="Note", limit=LOG_LINE_LIMIT)
    if step is not None and step.incident_id != incident.pk:
        faults.add("step", f"Step {step.pk} is not a step of {incident.label}.")
    faults.stop_if_any()
    with transaction.atomic():
        row = LogNote.objects.create(
            incident=incident,
            step=step,
            verdict=verdict,
            line=text,
            emitted_by=place,
            note=why,
            author=by,
            created_at=now,
        )
        outbox.enqueue("incident", incident.pk)
    return row


def remove_log_note(*, note: LogNote) -> None:
    """Take a log note away."""
    with transaction.atomic():
        outbox.enqueue("incident", note.incident_id)
        note.delete()
