"""Acknowledging, roles, links and merges over the API."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from accounts.api import caller, idempotent
from accounts.models import User
from hindsight.lib.api import ERRORS, only_parameters
from hindsight.lib.problems import InvalidError
from hindsight.lib.text import clean
from incidents import access
from incidents.api.incidents import NUMBER, shown
from incidents.api.incidents import number_of as number_in_path
from incidents.api.schemas import IncidentOut
from incidents.api.workbench_schemas import LinkIn, LinkOut, MergeIn, RoleIn, RoleOut
from incidents.models import EntrySource, Incident, RoleHolding
from incidents.pages.links import ShownLink, read_links
from incidents.services.links import link, unlink
from incidents.services.merge import merge
from incidents.services.roles import acknowledge, assign_role

router = Router(tags=["incidents"])


@router.post("{number}/acknowledge/", response={200: IncidentOut, **ERRORS}, summary="Acknowledge an incident")
def take(request: HttpRequest, number: str) -> dict[str, Any]:
    """Say that you have seen it and take care. Only the first one counts; later ones change nothing."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_in_path(number))
    changed, _ = acknowledge(incident=incident, by=by, now=timezone.now(), source=EntrySource.API)
    return shown(request, [changed])[0]


@router.get("{number}/roles/", response={200: list[RoleOut], **ERRORS}, summary="Who has which role")
def roles(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Who has and had which role, the earliest first."""
    only_parameters(request, ())
    incident = access.get_incident(caller(request), number_in_path(number))
    return [_role(row) for row in incident.roles.select_related("person")]


@router.post("{number}/roles/", response={200: list[RoleOut], **ERRORS}, summary="Hand a role over")
def hand_over(request: HttpRequest, number: str, payload: RoleIn) -> list[dict[str, Any]]:
    """Give a role to a person, or to nobody; it stands in the timeline."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_in_path(number))
    person = _person(payload.person)
    assign_role(incident=incident, role=payload.role, person=person, by=by, now=timezone.now(), source=EntrySource.API)
    return [_role(row) for row in incident.roles.select_related("person")]


@router.get("{number}/links/", response={200: list[LinkOut], **ERRORS}, summary="Linked incidents")
def links(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Links to incidents that you may see."""
    only_parameters(request, ())
    user = caller(request)
    incident = access.get_incident(user, number_in_path(number))
    return [_link(row) for row in read_links(incident, user)]


@router.post("{number}/links/", response={201: LinkOut, **ERRORS}, summary="Link two incidents")
@idempotent
def create_link(request: HttpRequest, number: str, payload: LinkIn) -> tuple[int, Any]:
    """Say what this incident has to do with another; a link that is there already is answered as it is."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_in_path(number))
    other = _other(by, payload.target, "target")
    made = link(source=incident, target=other, kind=payload.kind, by=by, now=timezone.now())
    row = next(row for row in read_links(incident, by) if row.link.pk == made.pk)
    return 201, LinkOut(**_link(row))


@router.delete("{number}/links/{int:pk}/", response={204: None, **ERRORS}, summary="Take a link away")
def remove_link(request: HttpRequest, number: str, pk: int) -> Status[None]:
    """Take a link away; the audit log keeps that it was there."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_in_path(number))
    unlink(link=access.get_link(by, incident, pk), by=by, now=timezone.now())
    return Status(204, None)


@router.post("{number}/merge/", response={200: IncidentOut, **ERRORS}, summary="Merge into another incident")
def merge_into(request: HttpRequest, number: str, payload: MergeIn) -> dict[str, Any]:
    """Move everything into another incident, which is the answer; this number leads there from then on."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_in_path(number))
    target = _other(by, payload.into, "into")
    try:
        merged = merge(source=incident, target=target, by=by, now=timezone.now(), source_kind=EntrySource.API)
    except InvalidError as problem:
        raise InvalidError({"into": str(problem)}) from problem
    return shown(request, [merged])[0]


def _other(by: User, text: str, field: str) -> Incident:
    match = NUMBER.fullmatch(text.strip())
    try:
        if match:
            return access.get_incident(by, int(match[1]))
    except Http404:
        pass
    raise InvalidError({field: "No such incident, or not shared with you."})


def _person(username: str | None) -> User | None:
    if username is None:
        return None
    found = User.objects.filter(username=clean(username).text).first()
    if found is None:
        raise InvalidError({"person": f"Unknown: {username[:80]}."})
    return found


def _role(row: RoleHolding) -> dict[str, Any]:
    return {"role": row.role, "person": row.person.username, "since": row.since, "until": row.until}


def _link(row: ShownLink) -> dict[str, Any]:
    return {
        "id": row.link.pk,
        "kind": row.link.kind,
        "words": row.words,
        "is_duplicate": row.is_original,
        "target": row.other.label,
        "title": row.other.title,
        "root_cause": row.answer.root_cause,
        "fix": row.answer.fix,
        "verified": row.answer.verified,
        "verified_note": row.answer.note,
    }
