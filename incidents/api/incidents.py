"""Incidents over the API: declare, list, read, change."""

import re
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router

from accounts.api import caller, idempotent
from accounts.models import Team, User
from hindsight.lib.api import ERRORS, ApiError, Moment, conflict, listing, only_parameters
from hindsight.lib.problems import InvalidError, StaleError
from hindsight.lib.text import clean
from incidents import access
from incidents.answers import answers
from incidents.api.schemas import (
    IncidentIn,
    IncidentList,
    IncidentOut,
    IncidentPatch,
)
from incidents.api.shown import incident_out
from incidents.models import EntrySource, Incident, IncidentQuerySet, Kind, Severity, Status, originals
from incidents.services.catalogue import NAMES_LIMIT
from incidents.services.declare import declare
from incidents.services.fields import IncidentFields
from incidents.services.update import update

router = Router(tags=["incidents"])
NUMBER = re.compile(r"(?:inc-)?([1-9][0-9]{0,8})", re.IGNORECASE)
LIST_PARAMETERS = (
    "status", "severity", "service", "tag", "kind", "duplicates", "after", "before", "q", "cursor", "limit"
)  # fmt: skip


def number_of(text: str) -> int:
    """42, from INC-42 or 42; Http404 for what is no number."""
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Http404(access.NOT_FOUND)
    return int(match[1])


def shown(request: HttpRequest, rows: list[Incident]) -> list[dict[str, Any]]:
    """Incidents with their answers, in a constant number of queries."""
    found = answers([row.pk for row in rows])
    return [incident_out(request, row, found[row.pk]) for row in rows]


@router.post("", response={201: IncidentOut, **ERRORS}, summary="Declare an incident")
@idempotent
def create(request: HttpRequest, payload: IncidentIn) -> tuple[int, Any]:
    """Declare an incident; the title alone is enough. Services and tags are made when absent."""
    by = caller(request)
    access.require_writer(by)
    fields = _fields(payload.model_dump(exclude_unset=True))
    incident = declare(by=by, now=timezone.now(), fields=fields, source=EntrySource.API)
    return 201, IncidentOut(**shown(request, [incident])[0])


@router.get("", response={200: IncidentList, **ERRORS}, summary="List incidents")
def index(
    request: HttpRequest,
    status: str = "",
    severity: str = "",
    service: str = "",
    tag: str = "",
    kind: str = "",
    duplicates: bool = False,
    after: Moment | None = None,
    before: Moment | None = None,
    q: str = "",
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Incidents that you may see, newest start first. `status`, `severity` and `kind` take several, with commas.

    Duplicates of an incident that you may see are left out unless `duplicates=true`.
    """
    only_parameters(request, LIST_PARAMETERS)
    rows = Incident.objects.visible_to(caller(request))
    if not duplicates:
        rows = originals(rows, caller(request))
    rows = _among(rows, "status", status, Status.values)
    rows = _among(rows, "severity", severity, Severity.values)
    rows = _among(rows, "kind", kind, Kind.values)
    if service:
        rows = rows.filter(Q(services__name__iexact=service) | Q(services__slug=service)).distinct()
    if tag:
        rows = rows.filter(tags__name=tag.lower())
    if after:
        rows = rows.filter(started_at__gte=after)
    if before:
        rows = rows.filter(started_at__lt=before)
    if q:
        rows = rows.filter(Q(title__icontains=q) | Q(summary__icontains=q))
    rows = rows.select_related("lead", "declared_by", "acknowledged_by").prefetch_related(
        "services", "tags", "people", "teams"
    )
    return listing(
        request,
        rows,
        order=("-listed_at", "-pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: shown(request, page),
    )


def _among(rows: IncidentQuerySet, name: str, words: str, allowed: list[str]) -> IncidentQuerySet:
    wanted = [word.strip().lower() for word in words.split(",") if word.strip()]
    unknown = sorted(set(wanted) - set(allowed))
    if unknown:
        message = f"{', '.join(unknown)[:80]} is unknown; use {', '.join(allowed)}."
        raise ApiError(422, f"{name}: {message}", {name: message})
    return rows.filter(**{f"{name}__in": wanted}) if wanted else rows


@router.get("{number}/", response={200: IncidentOut, **ERRORS}, summary="Read an incident")
def read(request: HttpRequest, number: str) -> dict[str, Any]:
    """One incident, by INC-42 or 42."""
    incident = access.get_incident(caller(request), number_of(number))
    return shown(request, [incident])[0]


@router.patch("{number}/", response={200: IncidentOut, **ERRORS}, summary="Change an incident")
def change(request: HttpRequest, number: str, payload: IncidentPatch) -> dict[str, Any]:
    """Change what is given. A stale `version` gets 409 with the current record; a status going back needs `reason`."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    given = payload.model_dump(exclude_unset=True)
    version, reason = given.pop("version"), given.pop("reason", "")
    try:
        changed = update(
            incident=incident,
            by=by,
            now=timezone.now(),
            version=version,
            fields=_fields(given),
            reason=reason,
            source=EntrySource.API,
        )
    except StaleError as error:
        raise conflict(error, IncidentOut(**shown(request, [error.current])[0])) from error
    return shown(request, [changed])[0]


def _fields(given: dict[str, Any]) -> IncidentFields:
    """The service's fields: people and teams by their names become rows."""
    faults: dict[str, str] = {}
    if "lead" in given:
        given["lead"] = _one_person(given["lead"], faults)
    if "people" in given:
        given["people"] = _named(User, "username", given["people"], "people", faults)
    if "teams" in given:
        given["teams"] = _named(Team, "slug", given["teams"], "teams", faults)
    if faults:
        raise InvalidError(faults)
    fields: IncidentFields = given  # type: ignore[assignment]  # its keys come from the schema
    return fields


def _one_person(username: str | None, faults: dict[str, str]) -> User | None:
    if username is None:
        return None
    found = _named(User, "username", [username], "lead", faults)
    return found[0] if found else None


def _named(model: type[Any], column: str, names: list[str], field: str, faults: dict[str, str]) -> list[Any]:
    if len(names) > NAMES_LIMIT:
        faults[field] = f"{len(names):,} given; the limit is {NAMES_LIMIT}."
        return []
    # No row has a name that had to be cleaned, and a database would choke on it.
    found = {
        getattr(row, column): row for row in model.objects.filter(**{f"{column}__in": [clean(n).text for n in names]})
    }
    unknown = [name for name in names if name not in found]
    if unknown:
        faults[field] = f"Unknown: {', '.join(unknown)[:200]}."
    return list(found.values())
