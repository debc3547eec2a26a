"""The postmortem over the API: read, write, publish."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from accounts.api import caller, idempotent
from accounts.models import User
from hindsight.lib.api import ERRORS, ApiError, conflict
from hindsight.lib.problems import InvalidError, StaleError
from incidents.access import get_incident, get_writable_incident
from incidents.api.incidents import number_of
from incidents.models import Incident
from postmortems.api.schemas import (
    NEEDED,
    SECTION_KEYS,
    EvidenceIn,
    FactorIn,
    PostmortemOut,
    PostmortemPatch,
    PublishIn,
    postmortem_out,
)
from postmortems.models import Postmortem
from postmortems.services.begin import begun
from postmortems.services.factors import WantedFactor
from postmortems.services.proof import EvidenceFields
from postmortems.services.publish import NotReadyError, publish
from postmortems.services.revise import PostmortemFields, revise

router = Router(tags=["postmortems"])


def _postmortem(incident: Incident) -> Postmortem | None:
    return Postmortem.objects.filter(incident=incident).select_related("incident", "published_by").first()


@router.get("{number}/postmortem/", response={200: PostmortemOut, **ERRORS}, summary="Read the postmortem")
def read(request: HttpRequest, number: str) -> dict[str, Any]:
    """The postmortem; `status` is "none" and `version` 0 before it is begun."""
    incident = get_incident(caller(request), number_of(number))
    return postmortem_out(request, incident, _postmortem(incident))


@router.patch("{number}/postmortem/", response={200: PostmortemOut, **ERRORS}, summary="Write the postmortem")
def write(request: HttpRequest, number: str, payload: PostmortemPatch) -> dict[str, Any]:
    """Change what is given, all or nothing; the first call begins it. A stale `version` gets 409."""
    by = caller(request)
    incident = get_writable_incident(by, number_of(number))
    fields = _fields(incident, payload)
    try:
        row = _revised(incident, by, payload.version, fields)
    except StaleError as error:
        raise conflict(error, PostmortemOut(**postmortem_out(request, incident, _postmortem(incident)))) from error
    return postmortem_out(request, incident, row)


def _revised(incident: Incident, by: User, version: int | None, fields: PostmortemFields) -> Postmortem:
    """Begin it where it is not begun, and change it, in one transaction."""
    now = timezone.now()
    with transaction.atomic():
        if version not in {None, 0} and _postmortem(incident) is None:
            raise StaleError(None)
        row, is_new = begun(incident=incident, by=by, now=now)
        # Version 0 means "not begun": right for our own row, stale for one that somebody began a moment ago.
        return revise(postmortem=row, by=by, now=now, version=None if is_new else version, fields=fields)


def _fields(incident: Incident, payload: PostmortemPatch) -> PostmortemFields:
    given = payload.model_fields_set
    fields: PostmortemFields = {}
    sections = {**payload.sections, **{key: getattr(payload, key) for key in SECTION_KEYS if key in given}}
    if sections:
        fields["sections"] = sections
    if "factors" in given:
        fields["factors"] = [_wanted(factor) for factor in payload.factors]
    if payload.evidence:
        fields["evidence"] = [(proof.id, _evidence(incident, proof)) for proof in payload.evidence]
    if "waiver_reason" in given:
        fields["waiver_reason"] = payload.waiver_reason
    return fields


def _wanted(factor: FactorIn) -> WantedFactor:
    fields: WantedFactor = factor.wanted()  # type: ignore[assignment]  # its keys come from the schema
    return fields


def _evidence(incident: Incident, proof: EvidenceIn) -> EvidenceFields:
    """The service's fields; what a proof shows must be of the same incident."""
    given: dict[str, Any] = proof.model_dump(exclude_unset=True, exclude={"id", "snippet", "attachment"})
    if proof.id is None:
        given.setdefault("method", proof.method)
    if "snippet" in proof.model_fields_set:
        given["snippet"] = _material(incident, "snippets", proof.snippet)
    if "attachment" in proof.model_fields_set:
        given["attachment"] = _material(incident, "attachments", proof.attachment)
    fields: EvidenceFields = given  # type: ignore[assignment]  # its keys come from the schema
    return fields


def _material(incident: Incident, name: str, pk: Any) -> Any:
    if pk is None:
        return None
    row = getattr(incident, name).filter(pk=pk).first()
    if row is None:
        raise InvalidError({name.removesuffix("s"): f"{incident.label} has no {name.removesuffix('s')} {pk}."})
    return row


def _published(row: Postmortem | None, by: User, version: int | None) -> Postmortem:
    """Publish; what was never begun lacks everything."""
    if row is None:
        raise NotReadyError(NEEDED)
    return publish(postmortem=row, by=by, now=timezone.now(), version=version)


@router.post("{number}/postmortem/publish/", response={200: PostmortemOut, **ERRORS}, summary="Publish the postmortem")
@idempotent
def publish_it(request: HttpRequest, number: str, payload: PublishIn | None = None) -> tuple[int, Any]:
    """Publish it; 409 with `missing` while root cause, fix, verification or a proof (or waiver) is absent."""
    by = caller(request)
    incident = get_writable_incident(by, number_of(number))
    row = _postmortem(incident)
    try:
        row = _published(row, by, payload.version if payload else None)
    except NotReadyError as error:
        raise ApiError(409, str(error), missing=error.missing) from error
    except StaleError as error:
        raise conflict(error, PostmortemOut(**postmortem_out(request, incident, _postmortem(incident)))) from error
    return 200, PostmortemOut(**postmortem_out(request, incident, row))
