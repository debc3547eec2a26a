"""Changes over the API: report them, list them, and say what an incident found about them."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, ApiError, Moment, listing, only_parameters
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.api.incidents import number_of
from incidents.api.workbench_schemas import (
    ChangeIn,
    ChangeList,
    ChangeOut,
    IncidentChanges,
    JudgedChangeOut,
    VerdictIn,
)
from incidents.models import Change, ChangeKind, EntrySource
from incidents.pages.changes import ShownChange, read_changes
from incidents.services.changes import ChangeFields, judge, note_change, report

router = Router(tags=["changes"])
incident_router = Router(tags=["incidents"])
PARAMETERS = ("service", "kind", "after", "before", "cursor", "limit")


def change_out(change: Change) -> dict[str, Any]:
    """A change as `ChangeOut`; service and incident should be at hand."""
    same = ("id", "at", "kind", "title", "version", "author", "url", "external_id", "noted_at")
    return {
        **{name: getattr(change, name) for name in same},
        "service": change.service.name if change.service else None,
        "incident": change.incident.label if change.incident else None,
    }


@router.post("", response={201: ChangeOut, 200: ChangeOut, **ERRORS}, summary="Report a change")
@idempotent
def create(request: HttpRequest, payload: ChangeIn) -> tuple[int, Any]:
    """Report what goes to production. 201 for a new one, 200 with the known one for a known `external_id`."""
    by = caller(request)
    access.require_writer(by)
    change, is_new = report(by=by, now=timezone.now(), fields=_fields(payload))
    return 201 if is_new else 200, ChangeOut(**change_out(change))


@router.get("", response={200: ChangeList, **ERRORS}, summary="List changes")
def index(
    request: HttpRequest,
    service: str = "",
    kind: str = "",
    after: Moment | None = None,
    before: Moment | None = None,
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Changes that you may see, the latest first, by `service`, `kind` and time."""
    only_parameters(request, PARAMETERS)
    rows = Change.objects.visible_to(caller(request)).select_related("service", "incident")
    if kind and kind not in ChangeKind.values:
        message = f"{kind[:40]} is unknown; use {', '.join(ChangeKind.values)}."
        raise ApiError(422, f"kind: {message}", {"kind": message})
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(Q(service__name__iexact=service) | Q(service__slug=service)) if service else rows
    rows = rows.filter(at__gte=after) if after else rows
    rows = rows.filter(at__lt=before) if before else rows
    return listing(
        request,
        rows,
        order=("-at", "-pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [change_out(change) for change in page],
    )


@incident_router.get("{number}/changes/", response={200: IncidentChanges, **ERRORS}, summary="What changed before")
def before_incident(request: HttpRequest, number: str) -> dict[str, Any]:
    """The changes of its services, and of none, in the 24 hours before it started, with its verdicts."""
    only_parameters(request, ())
    incident = access.get_incident(caller(request), number_of(number))
    changes = read_changes(incident)
    return {
        "start": changes.start,
        "end": changes.end,
        "is_more": changes.is_more,
        "results": [_judged(row) for row in changes.shown],
    }


@incident_router.post("{number}/changes/", response={201: ChangeOut, **ERRORS}, summary="Note a change")
@idempotent
def note(request: HttpRequest, number: str, payload: ChangeIn) -> tuple[int, Any]:
    """Tell of a change on an incident: only who may see the incident sees it, and it gets a line in the timeline."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    fields = _fields(payload)
    if fields.pop("external_id", None):
        message = "Report a change with an external id through POST /api/v1/changes/."
        raise ApiError(422, f"external_id: {message}", {"external_id": message})
    change = note_change(incident=incident, by=by, now=timezone.now(), fields=fields, source=EntrySource.API)
    return 201, ChangeOut(**change_out(change))


@incident_router.post(
    "{number}/changes/{int:pk}/verdict/", response={200: JudgedChangeOut, **ERRORS}, summary="Judge a change"
)
def verdict(request: HttpRequest, number: str, pk: int, payload: VerdictIn) -> dict[str, Any]:
    """Say what a change had to do with the incident; it stands in the timeline."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    change = access.get_change(incident, pk)
    given = payload.model_dump()
    try:
        row = judge(incident=incident, change=change, by=by, now=timezone.now(), source=EntrySource.API, **given)
    except StaleError as error:
        now_is = error.current.verdict if error.current else ""
        message = f"The verdict is {now_is!r} now." if now_is else "There is no verdict now."
        raise ApiError(409, message, {"seen": message}) from error
    return {"change": change_out(change), "verdict": row.verdict if row else "", "why": row.why if row else ""}


def _judged(row: ShownChange) -> dict[str, Any]:
    return {"change": change_out(row.change), "verdict": row.verdict, "why": row.why}


def _fields(payload: ChangeIn) -> ChangeFields:
    given = payload.model_dump(exclude_unset=True)
    if given.get("at", ...) is None:
        del given["at"]
    fields: ChangeFields = given  # type: ignore[assignment]  # its keys come from the schema
    return fields
