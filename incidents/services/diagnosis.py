"""Writing down how the cause is looked for."""

from datetime import datetime
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from hindsight.lib.problems import StaleError
from incidents.models import (
    HYPOTHESIS_LIMIT,
    STEP_TEXT_LIMIT,
    DiagnosisStep,
    EntryKind,
    EntrySource,
    Forest,
    Incident,
    Outcome,
    TimelineEntry,
    outcome_transition,
)
from incidents.services.checks import Faults
from incidents.services.ledger import LOG_LINE_LIMIT as LOG_LINE_LIMIT
from incidents.services.ledger import add_log_note as add_log_note
from incidents.services.ledger import remove_log_note as remove_log_note
from search import outbox

DEPTH_LIMIT = 8


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
    if step.outcome != Outcome.OPEN:
        step.decided_at, step.decided_by = step.at, by
    step.render_fields()
    with transaction.atomic():
        step.position = last_position(incident, step.parent)
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
            is_open = changed["outcome"] == Outcome.OPEN
            current.decided_at, current.decided_by = (None, None) if is_open else (now, by)
        if "parent" in changed:
            current.position = last_position(incident, changed["parent"])
        for name, value in changed.items():
            setattr(current, name, value)
        current.version += 1
        current.render_fields()
        current.save()
        outbox.enqueue("incident", current.incident_id)
    return current


def decide_step(
    *,
    step: DiagnosisStep,
    by: User,
    now: datetime,
    outcome: str,
    finding: str = "",
    source: str = EntrySource.WEB,
) -> DiagnosisStep:
    """Say what became of a hypothesis. What was found is added below what stood there, so that nothing can conflict.

    Raises InvalidError.
    """
    fields: StepFields = {"outcome": outcome}
    with transaction.atomic():
        Incident.objects.select_for_update(no_key=True).get(pk=step.incident_id)
        if finding.strip():
            before = DiagnosisStep.objects.values_list("finding", flat=True).get(pk=step.pk)
            fields["finding"] = "\n\n".join(filter(None, [before, finding.strip()]))
        return update_step(step=step, by=by, now=now, version=None, fields=fields, source=source)


def last_position(incident: Incident, parent: DiagnosisStep | None) -> int:
    """The position behind all steps under `parent`; 0 while these are in the order of time."""
    last = incident.steps.filter(parent=parent).aggregate(last=Max("position"))["last"] or 0
    return last + 1 if last else 0


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
    forest = Forest.of(incident)
    above = list(forest.above(parent.pk))
    if step is not None and step.pk in above:
        faults.add("parent", "A step can't lie under itself or under one of its own steps.")
    elif len(above) + (forest.height(step.pk) if step else 1) > DEPTH_LIMIT:
        faults.add("parent", f"Steps can lie {DEPTH_LIMIT} deep at most.")
