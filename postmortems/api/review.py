"""Reviews, revisions and amendments over the API."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, ApiError, Body, only_parameters
from incidents.access import get_writable_incident
from incidents.api.incidents import number_of
from postmortems.api.rows import name_of, readable_row, writable_row
from postmortems.api.schemas import PostmortemOut, postmortem_out
from postmortems.models import Postmortem, Revision
from postmortems.services import needed, review
from postmortems.services.publish import NotPublishedError, amend
from postmortems.services.revisions import restore
from postmortems.services.sections import SectionsStaleError

router = Router(tags=["postmortems"])
# Saves of one section that are told at once.
REVISIONS = 200


class ReviewersIn(Body):
    """Whom to ask, by user name. With `version`, a postmortem that changed meanwhile is not sent."""

    reviewers: list[str]
    version: int | None = None


class VerdictIn(Body):
    """`approved`, or `changes` with a `text` that says which."""

    verdict: str
    text: str = ""


class ReviewOut(Schema):
    """What one reviewer was asked, and said; `verdict` is "" before that."""

    reviewer: str | None
    asked_by: str | None
    asked_at: datetime
    verdict: str
    text: str
    said_at: datetime | None


class ReviewState(Schema):
    """Where a review stands."""

    status: str
    due_on: date | None
    reviews: list[ReviewOut]


class DueIn(Body):
    """The day on which it should be out; null leaves it to the severity."""

    due_on: date | None = None


class RevisionOut(Schema):
    """One saved text."""

    section: str
    version: int
    text: str
    by: str | None
    at: datetime


class RevisionList(Schema):
    """Saves of a section, the newest first."""

    count: int
    results: list[RevisionOut]


class RestoreIn(Body):
    """The version to take up again, and the newest one that you know of (`base`), so that nothing is overwritten."""

    version: int
    base: int


class NoteIn(Body):
    """What an amendment is about."""

    note: str


class ReasonIn(Body):
    """Why no postmortem is needed."""

    reason: str


@router.get("{number}/postmortem/review/", response={200: ReviewState, **ERRORS}, summary="Read the review")
def read_review(request: HttpRequest, number: str) -> dict[str, Any]:
    """Its status, the day on which it is due if somebody chose one, and what reviewers said."""
    return _state(readable_row(caller(request), number))


@router.post("{number}/postmortem/review/", response={200: ReviewState, **ERRORS}, summary="Ask for a review")
@idempotent
def ask(request: HttpRequest, number: str, payload: ReviewersIn) -> tuple[int, Any]:
    """Ask people for a verdict. An author, an unknown person or one who may not see it is refused by name."""
    by, row = writable_row(request, number)
    people = review.people_named(payload.reviewers)
    try:
        row = review.ask_review(postmortem=row, by=by, now=timezone.now(), reviewers=people, version=payload.version)
    except review.ReviewClosedError as error:
        raise ApiError(409, str(error)) from error
    return 200, ReviewState(**_state(row))


@router.post(
    "{number}/postmortem/verdict/", response={200: ReviewState, **ERRORS}, summary="Approve, or ask for changes"
)
@idempotent
def verdict(request: HttpRequest, number: str, payload: VerdictIn) -> tuple[int, Any]:
    """The verdict of the caller, who has to be a named reviewer and not its author."""
    by, row = writable_row(request, number)
    try:
        review.say(postmortem=row, by=by, now=timezone.now(), verdict=payload.verdict, body=payload.text)
    except review.NotAReviewerError as error:
        raise PermissionDenied(str(error)) from error
    except review.ReviewClosedError as error:
        raise ApiError(409, str(error)) from error
    row.refresh_from_db()
    return 200, ReviewState(**_state(row))


@router.patch("{number}/postmortem/due/", response={200: ReviewState, **ERRORS}, summary="Choose the due date")
def due(request: HttpRequest, number: str, payload: DueIn) -> dict[str, Any]:
    """A day in the past is refused."""
    by, row = writable_row(request, number)
    return _state(review.set_due(postmortem=row, by=by, now=timezone.now(), due_on=payload.due_on))


@router.get(
    "{number}/postmortem/revisions/{section}/", response={200: RevisionList, **ERRORS}, summary="List saved texts"
)
def list_revisions(request: HttpRequest, number: str, section: str, before: int | None = None) -> dict[str, Any]:
    """Texts of a section as they were saved, the newest first, 200 at once; `before` goes on from a version."""
    only_parameters(request, ("before",))
    row = readable_row(caller(request), number)
    rows = Revision.objects.filter(section__postmortem=row, section__key=section[:40]).select_related("by")
    if before is not None:
        rows = rows.filter(version__lt=before)
    return {"count": rows.count(), "results": [_revision_out(section, save) for save in rows[:REVISIONS]]}


@router.post(
    "{number}/postmortem/revisions/{section}/restore/",
    response={200: PostmortemOut, **ERRORS},
    summary="Restore a text",
)
@idempotent
def restore_text(request: HttpRequest, number: str, section: str, payload: RestoreIn) -> tuple[int, Any]:
    """Save an earlier text as the newest. 409 when somebody saved meanwhile."""
    by, row = writable_row(request, number)
    try:
        restore(postmortem=row, by=by, now=timezone.now(), section=section, version=payload.version, base=payload.base)
    except SectionsStaleError as error:
        raise ApiError(409, str(error)) from error
    row.refresh_from_db()
    return 200, PostmortemOut(**postmortem_out(request, row.incident, row))


@router.post("{number}/postmortem/amend/", response={200: PostmortemOut, **ERRORS}, summary="Describe an amendment")
@idempotent
def amend_it(request: HttpRequest, number: str, payload: NoteIn) -> tuple[int, Any]:
    """Tell readers what the changes since the publication are about."""
    by, row = writable_row(request, number)
    try:
        amend(postmortem=row, by=by, now=timezone.now(), note=payload.note)
    except NotPublishedError as error:
        raise ApiError(409, str(error)) from error
    row.refresh_from_db()
    return 200, PostmortemOut(**postmortem_out(request, row.incident, row))


@router.post(
    "{number}/postmortem/not-needed/", response={200: PostmortemOut, **ERRORS}, summary="Say that none is needed"
)
@idempotent
def say_not_needed(request: HttpRequest, number: str, payload: ReasonIn) -> tuple[int, Any]:
    """Mark that no postmortem is needed; the first PATCH of its texts begins it after all."""
    by = caller(request)
    incident = get_writable_incident(by, number_of(number))
    try:
        row = needed.not_needed(incident=incident, by=by, now=timezone.now(), reason=payload.reason)
    except needed.PublishedError as error:
        raise ApiError(409, str(error)) from error
    return 200, PostmortemOut(**postmortem_out(request, incident, row))


def _state(row: Postmortem) -> dict[str, Any]:
    said = row.reviews.select_related("reviewer", "asked_by")
    return {
        "status": row.status,
        "due_on": row.due_on,
        "reviews": [
            {
                "reviewer": name_of(one.reviewer),
                "asked_by": name_of(one.asked_by),
                "asked_at": one.asked_at,
                "verdict": one.verdict,
                "text": one.body,
                "said_at": one.said_at,
            }
            for one in said
        ],
    }


def _revision_out(section: str, save: Revision) -> dict[str, Any]:
    return {"section": section, "version": save.version, "text": save.body, "by": name_of(save.by), "at": save.at}
