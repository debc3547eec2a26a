"""Arranging the steps of a diagnosis: under another one, before another one."""

from datetime import datetime
from typing import Literal, TypeAlias, get_args

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import DiagnosisStep, Forest, Incident
from incidents.services.diagnosis import update_step
from search import outbox

Shift: TypeAlias = Literal["up", "down", "in", "out"]
SHIFTS: tuple[str, ...] = get_args(Shift)
_REFUSED = {
    "up": "It is the first of its kind here already; what is open stays above what is decided.",
    "down": "It is the last of its kind here already; what is open stays above what is decided.",
    "in": "There is no step above it that it could lie under.",
    "out": "It lies under no other step.",
}


def move_step(
    *,
    step: DiagnosisStep,
    by: User,
    now: datetime,
    parent: DiagnosisStep | None,
    before: DiagnosisStep | None = None,
) -> DiagnosisStep:
    """Put a step, with all under it, under `parent` (None: under none) and before one of the steps there, else last.

    Raises InvalidError where it would lie under itself, too deep, or before a step that lies elsewhere.
    """
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=step.incident_id)
        moved = update_step(step=step, by=by, now=now, version=None, fields={"parent": parent})
        forest = Forest.of(incident)
        order = [pk for pk in forest.siblings(moved.parent_id, open_first=False) if pk != moved.pk]
        if before is not None and before.pk not in order:
            raise InvalidError({"before": f"Step {before.pk} does not lie there."})
        order.insert(order.index(before.pk) if before else len(order), moved.pk)
        _number(order)
        outbox.enqueue("incident", incident.pk)
    moved.refresh_from_db(fields=["position"])
    return moved


def shift_step(*, step: DiagnosisStep, by: User, now: datetime, to: str) -> DiagnosisStep:
    """Move a step by one place: up or down among those beside it, in under the one above it, or out.

    Raises InvalidError where there is no such place.
    """
    if to not in SHIFTS:
        raise InvalidError({"to": f"{to!r} is not one of {', '.join(SHIFTS)}."})
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=step.incident_id)
        current = incident.steps.get(pk=step.pk)
        parent, before = _place(current, to, Forest.of(incident))
        rows = incident.steps.in_bulk([pk for pk in (parent, before) if pk])
        return move_step(
            step=current,
            by=by,
            now=now,
            parent=rows[parent] if parent else None,
            before=rows[before] if before else None,
        )


def _place(step: DiagnosisStep, to: str, forest: Forest) -> tuple[int | None, int | None]:
    """The parent, and the step to stand before, of a step that is moved by one place."""
    beside = forest.siblings(step.parent_id)
    at = beside.index(step.pk)
    if to == "out" and step.parent_id:
        grandparent = forest.parents[step.parent_id]
        return grandparent, _after(step.parent_id, forest.siblings(grandparent, open_first=False))
    if to == "in" and at > 0:
        return beside[at - 1], None
    rank = forest.ranks[step.pk]
    if to == "up" and at > 0 and forest.ranks[beside[at - 1]] == rank:
        return step.parent_id, beside[at - 1]
    if to == "down" and at + 1 < len(beside) and forest.ranks[beside[at + 1]] == rank:
        return step.parent_id, _after(beside[at + 1], forest.siblings(step.parent_id, open_first=False))
    raise InvalidError({"to": _REFUSED[to]})


def _after(pk: int, order: list[int]) -> int | None:
    place = order.index(pk) + 1
    return order[place] if place < len(order) else None


def _number(order: list[int]) -> None:
    """Write 1, 2, 3, … to the steps that stand elsewhere."""
    rows = {row.pk: row for row in DiagnosisStep.objects.filter(pk__in=order).only("pk", "position")}
    moved = []
    for place, pk in enumerate(order, 1):
        if rows[pk].position != place:
            rows[pk].position = place
            moved.append(rows[pk])
    DiagnosisStep.objects.bulk_update(moved, ["position"], batch_size=200)
