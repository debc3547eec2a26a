"""Timeline entries and diagnosis steps over the API."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, conflict, listing, only_parameters
from hindsight.lib.problems import InvalidError, StaleError
from incidents import access
from incidents.api.incidents import number_of
from incidents.api.schemas import (
    EntryIn,
    EntryOut,
    StepIn,
    StepOut,
    StepPatch,
)
from incidents.api.shown import entry_out, step_out
from incidents.models import DiagnosisStep, EntrySource, Incident
from incidents.services.diagnosis import StepFields, add_step, update_step
from incidents.services.timeline import add_entry

router = Router(tags=["incidents"])
PAGING = ("cursor", "limit")


class EntryList(Schema):
    """A page of the timeline."""

    count: int
    next: str | None
    results: list[EntryOut]


class StepList(Schema):
    """A page of the diagnosis."""

    count: int
    next: str | None
    results: list[StepOut]


def step_of(incident: Incident, pk: int | None, field: str) -> DiagnosisStep | None:
    """The step that a body names; InvalidError naming the field when the incident has none such."""
    if pk is None:
        return None
    step = incident.steps.filter(pk=pk).first()
    if step is None:
        raise InvalidError({field: f"{incident.label} has no step {pk}."})
    return step


@router.get("{number}/entries/", response={200: EntryList, **ERRORS}, summary="Read the timeline")
def entries(request: HttpRequest, number: str, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Lines in the order in which things happened."""
    only_parameters(request, PAGING)
    incident = access.get_incident(caller(request), number_of(number))
    return listing(
        request,
        incident.entries.select_related("author"),
        order=("at", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [entry_out(request, incident, entry) for entry in page],
    )


@router.post("{number}/entries/", response={201: EntryOut, **ERRORS}, summary="Add a line to the timeline")
@idempotent
def create_entry(request: HttpRequest, number: str, payload: EntryIn) -> tuple[int, Any]:
    """Add a line; `at` may lie in the past."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    entry = add_entry(
        incident=incident,
        by=by,
        now=timezone.now(),
        body=payload.body,
        kind=payload.kind,
        at=payload.at,
        source=EntrySource.API,
    )
    return 201, EntryOut(**entry_out(request, incident, entry))


@router.get("{number}/steps/", response={200: StepList, **ERRORS}, summary="Read the diagnosis")
def steps(request: HttpRequest, number: str, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Steps in the order in which they were taken; `parent` makes them a tree."""
    only_parameters(request, PAGING)
    incident = access.get_incident(caller(request), number_of(number))
    return listing(
        request,
        incident.steps.select_related("author", "decided_by").prefetch_related("evidence__author"),
        order=("at", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [step_out(request, incident, step) for step in page],
    )


@router.post("{number}/steps/", response={201: StepOut, **ERRORS}, summary="Add a diagnosis step")
@idempotent
def create_step(request: HttpRequest, number: str, payload: StepIn) -> tuple[int, Any]:
    """Add a hypothesis, with what was done, what was found and what became of it."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    fields = _step_fields(incident, payload.model_dump(exclude_unset=True))
    step = add_step(incident=incident, by=by, now=timezone.now(), fields=fields, source=EntrySource.API)
    return 201, StepOut(**step_out(request, incident, step))


@router.patch("{number}/steps/{pk}/", response={200: StepOut, **ERRORS}, summary="Change a diagnosis step")
def change_step(request: HttpRequest, number: str, pk: int, payload: StepPatch) -> dict[str, Any]:
    """Change what is given; a stale `version` gets 409 with the current step."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    step = access.get_step(incident, pk)
    given = payload.model_dump(exclude_unset=True)
    version = given.pop("version", None)
    fields = _step_fields(incident, given)
    try:
        changed = update_step(
            step=step, by=by, now=timezone.now(), version=version, fields=fields, source=EntrySource.API
        )
    except StaleError as error:
        raise conflict(error, StepOut(**step_out(request, incident, error.current))) from error
    return step_out(request, incident, changed)


def _step_fields(incident: Incident, given: dict[str, Any]) -> StepFields:
    if "parent" in given:
        given["parent"] = step_of(incident, given["parent"], "parent")
    if given.get("at", ...) is None:
        del given["at"]
    fields: StepFields = given  # type: ignore[assignment]  # its keys come from the schema
    return fields
