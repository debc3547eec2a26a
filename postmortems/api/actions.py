"""Action items over the API."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from accounts.api import caller, idempotent
from accounts.models import User
from hindsight.lib.api import ERRORS, ApiError, conflict, listing, only_parameters
from hindsight.lib.problems import InvalidError, StaleError
from hindsight.lib.text import clean
from incidents.access import get_writable_incident
from incidents.api.incidents import number_of
from postmortems.access import get_writable_action
from postmortems.api.schemas import ActionIn, ActionList, ActionOut, ActionPatch, action_out
from postmortems.models import ActionItem, ActionKind, ActionState
from postmortems.services.actions import ActionFields, add_action, update_action

router = Router(tags=["action items"])
incident_router = Router(tags=["action items"])


def _fields(given: dict[str, Any]) -> ActionFields:
    """The service's fields: the owner by name becomes a person."""
    if given.get("owner") is not None:
        owner = User.objects.filter(username=clean(given["owner"]).text).first()
        if owner is None:
            raise InvalidError({"owner": f"Unknown: {given['owner'][:100]}."})
        given["owner"] = owner
    fields: ActionFields = given  # type: ignore[assignment]  # its keys come from the schema
    return fields


@incident_router.post("{number}/actions/", response={201: ActionOut, **ERRORS}, summary="Add an action item")
@idempotent
def create(request: HttpRequest, number: str, payload: ActionIn) -> tuple[int, Any]:
    """Add something to be done; the title alone is enough."""
    by = caller(request)
    incident = get_writable_incident(by, number_of(number))
    fields = _fields(payload.model_dump(exclude_unset=True))
    return 201, ActionOut(
        **action_out(request, add_action(incident=incident, by=by, now=timezone.now(), fields=fields))
    )


@router.get("", response={200: ActionList, **ERRORS}, summary="List action items")
def index(
    request: HttpRequest,
    state: str = "",
    kind: str = "",
    owner: str = "",
    incident: str = "",
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Action items of the incidents that you may see, newest first. `owner` is a user name, or `me`."""
    only_parameters(request, ("state", "kind", "owner", "incident", "cursor", "limit"))
    by = caller(request)
    rows = ActionItem.objects.visible_to(by).select_related("incident", "owner")
    for name, value, allowed in (("state", state, ActionState.values), ("kind", kind, ActionKind.values)):
        if value and value not in allowed:
            raise ApiError(422, f"{name} is unknown; use {', '.join(allowed)}.", {name: f"Use {', '.join(allowed)}."})
        if value:
            rows = rows.filter(**{name: value})
    if owner:
        rows = rows.filter(owner__username=by.username if owner == "me" else owner)
    if incident:
        rows = rows.filter(incident__number=number_of(incident))
    return listing(
        request,
        rows,
        order=("-created_at", "-pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [action_out(request, action) for action in page],
    )


@router.patch("{pk}/", response={200: ActionOut, **ERRORS}, summary="Change an action item")
def change(request: HttpRequest, pk: int, payload: ActionPatch) -> dict[str, Any]:
    """Change what is given. "done" stamps the time; "wont_do" needs a `reason`."""
    by = caller(request)
    action = get_writable_action(by, pk)
    given = payload.model_dump(exclude_unset=True)
    version = given.pop("version", None)
    try:
        changed = update_action(action=action, by=by, now=timezone.now(), version=version, fields=_fields(given))
    except StaleError as error:
        raise conflict(error, ActionOut(**action_out(request, error.current))) from error
    return action_out(request, changed)
