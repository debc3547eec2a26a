"""What the diagnosis rests on over the API: evidence, places in the tree, what to check first, the ledger of lines."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, listing, only_parameters
from hindsight.lib.problems import InvalidError
from incidents import access
from incidents.api.evidence_schemas import (
    EvidenceIn,
    EvidenceOut,
    FirstCheckIn,
    FirstCheckOut,
    KnownIn,
    KnownOut,
    MoveIn,
)
from incidents.api.incidents import number_of
from incidents.api.parts import PAGING, step_of
from incidents.api.schemas import LogNoteIn, LogNoteOut, StepOut
from incidents.api.shown import evidence_out, first_check_out, known_out, log_note_out, step_out
from incidents.models import Incident
from incidents.services.evidence import EvidenceFields, add_evidence, add_first_check, remove_evidence
from incidents.services.ledger import add_log_note, known
from incidents.services.moving import move_step

router = Router(tags=["incidents"])


class LogNoteList(Schema):
    """A page of log notes."""

    count: int
    next: str | None
    results: list[LogNoteOut]


class KnownLines(Schema):
    """The lines that were judged before, the newest judgement first."""

    count: int
    results: list[KnownOut]


def _sources(incident: Incident, payload: EvidenceIn | LogNoteIn) -> dict[str, Any]:
    """The rows that a body names; InvalidError naming the field when the incident has none such."""
    found: dict[str, Any] = {}
    for name, rows in (
        ("snippet", incident.snippets),
        ("attachment", incident.attachments),
        ("entry", incident.entries),
    ):
        pk = getattr(payload, name)
        found[name] = rows.filter(pk=pk).first() if pk is not None else None
        if pk is not None and found[name] is None:
            raise InvalidError({name: f"{incident.label} has no {name} {pk}."})
    return found


@router.post("{number}/steps/{pk}/evidence/", response={201: EvidenceOut, **ERRORS}, summary="Rest a step on evidence")
@idempotent
def create_evidence(request: HttpRequest, number: str, pk: int, payload: EvidenceIn) -> tuple[int, Any]:
    """Cite a snippet (with its lines), a file, a line of the timeline or an address, and say what it means."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    step = access.get_step(incident, pk)
    fields: EvidenceFields = {
        "from_at": payload.from_at,
        "until_at": payload.until_at,
        "meaning": payload.meaning,
        "label": payload.label,
    }
    row = add_evidence(
        step=step,
        by=by,
        now=timezone.now(),
        **_sources(incident, payload),
        url=payload.url,
        is_metric=payload.is_metric,
        first_line=payload.first_line,
        last_line=payload.last_line,
        fields=fields,
    )
    return 201, EvidenceOut(**evidence_out(request, incident, row))


@router.delete("{number}/evidence/{pk}/", response={204: None, **ERRORS}, summary="Take evidence off its step")
def delete_evidence(request: HttpRequest, number: str, pk: int) -> tuple[int, None]:
    """The source stays where it is."""
    incident = access.get_writable_incident(caller(request), number_of(number))
    remove_evidence(evidence=access.get_evidence(incident, pk))
    return 204, None


@router.post("{number}/steps/{pk}/move/", response={200: StepOut, **ERRORS}, summary="Move a diagnosis step")
def move(request: HttpRequest, number: str, pk: int, payload: MoveIn) -> dict[str, Any]:
    """Put a step, with all under it, under another one and before another one."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    moved = move_step(
        step=access.get_step(incident, pk),
        by=by,
        now=timezone.now(),
        parent=step_of(incident, payload.parent, "parent"),
        before=step_of(incident, payload.before, "before"),
    )
    return step_out(request, incident, moved)


@router.get("{number}/first-checks/", response={200: list[FirstCheckOut], **ERRORS}, summary="Read what to check first")
def first_checks(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The short list of what to look at first the next time."""
    incident = access.get_incident(caller(request), number_of(number))
    rows = incident.first_checks.select_related("author", "step")
    return [first_check_out(request, incident, check) for check in rows]


@router.post("{number}/first-checks/", response={201: FirstCheckOut, **ERRORS}, summary="Add what to check first")
@idempotent
def create_first_check(request: HttpRequest, number: str, payload: FirstCheckIn) -> tuple[int, Any]:
    """Put words or a step on the list; a step that is on it already stays as it is."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    step = step_of(incident, payload.step, "step")
    check = add_first_check(incident=incident, by=by, now=timezone.now(), text=payload.text, step=step)
    return 201, FirstCheckOut(**first_check_out(request, incident, check))


@router.get("{number}/log-notes/", response={200: LogNoteList, **ERRORS}, summary="Read what log lines did")
def log_notes(request: HttpRequest, number: str, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """The incident's part of the ledger, in the order in which it was written."""
    only_parameters(request, PAGING)
    incident = access.get_incident(caller(request), number_of(number))
    return listing(
        request,
        incident.log_notes.select_related("author").prefetch_related("templates"),
        order=("created_at", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [log_note_out(request, incident, note) for note in page],
    )


@router.post("{number}/log-notes/", response={201: LogNoteOut, **ERRORS}, summary="Note what a log line did")
@idempotent
def create_log_note(request: HttpRequest, number: str, payload: LogNoteIn) -> tuple[int, Any]:
    """Note a log line or dashboard that was misleading, noisy, missing or decisive, cited from where it stands."""
    by = caller(request)
    incident = access.get_writable_incident(by, number_of(number))
    note = add_log_note(
        incident=incident,
        by=by,
        now=timezone.now(),
        verdict=payload.verdict,
        line=payload.line,
        emitted_by=payload.emitted_by,
        note=payload.note,
        step=step_of(incident, payload.step, "step"),
        **_sources(incident, payload),
        first_line=payload.first_line,
        last_line=payload.last_line,
    )
    return 201, LogNoteOut(**log_note_out(request, incident, note))


@router.post(
    "{number}/log-notes/known/", response={200: KnownLines, **ERRORS}, summary="Find lines that were judged before"
)
def known_lines(request: HttpRequest, number: str, payload: KnownIn) -> dict[str, Any]:
    """Which lines of a text misled, were noise or decided in other incidents that the caller may see."""
    by = caller(request)
    incident = access.get_incident(by, number_of(number))
    found = known(payload.text.splitlines(), viewer=by, without=incident)
    return {"count": len(found), "results": [known_out(request, one) for one in found]}
