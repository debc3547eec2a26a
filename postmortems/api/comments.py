"""Comments on a postmortem over the API."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from accounts.api import caller, idempotent
from hindsight.lib.api import ERRORS, Body
from incidents.access import NOT_FOUND
from postmortems.api.rows import name_of, readable_row, writable_row
from postmortems.models import Comment, Postmortem
from postmortems.services import comments

router = Router(tags=["postmortems"])


class CommentIn(Body):
    """A comment: on the whole, on a section by its key, or on words of it; or an answer to the comment `parent`."""

    text: str
    section: str = ""
    quote: str = ""
    parent: int | None = None


class CommentPatch(Body):
    """Other words for one's own comment, or whether its thread is resolved."""

    text: str = ""
    is_resolved: bool = False


class CommentOut(Schema):
    """A comment."""

    id: int
    parent: int | None
    section: str
    quote: str
    text: str
    by: str | None
    at: datetime
    edited_at: datetime | None
    is_resolved: bool
    resolved_by: str | None


class CommentList(Schema):
    """All comments of a postmortem, the oldest first."""

    count: int
    results: list[CommentOut]


@router.get("{number}/postmortem/comments/", response={200: CommentList, **ERRORS}, summary="List comments")
def list_comments(request: HttpRequest, number: str) -> dict[str, Any]:
    """All comments with their answers."""
    rows = list(
        readable_row(caller(request), number).comments.select_related("by", "resolved_by", "parent__resolved_by")
    )
    return {"count": len(rows), "results": [_comment_out(row) for row in rows]}


@router.post("{number}/postmortem/comments/", response={201: CommentOut, **ERRORS}, summary="Comment")
@idempotent
def add_comment(request: HttpRequest, number: str, payload: CommentIn) -> tuple[int, Any]:
    """Begin a thread, or answer one."""
    by, row = writable_row(request, number)
    now = timezone.now()
    if payload.parent is not None:
        thread = _comment(row, payload.parent)
        made = comments.answer(thread=thread, by=by, now=now, body=payload.text)
    else:
        made = comments.comment(
            postmortem=row, by=by, now=now, body=payload.text, section=payload.section, quote=payload.quote
        )
    return 201, CommentOut(**_comment_out(made))


@router.patch("{number}/postmortem/comments/{pk}/", response={200: CommentOut, **ERRORS}, summary="Change a comment")
def change_comment(request: HttpRequest, number: str, pk: int, payload: CommentPatch) -> dict[str, Any]:
    """Change the words of your own, or resolve a thread and open it again."""
    by, row = writable_row(request, number)
    comment = _comment(row, pk)
    try:
        if "text" in payload.model_fields_set:
            comments.edit(comment=comment, by=by, now=timezone.now(), body=payload.text)
    except comments.NotYoursError as error:
        raise PermissionDenied(str(error)) from error
    if "is_resolved" in payload.model_fields_set:
        comments.resolve(thread=comment, by=by, now=timezone.now(), is_resolved=payload.is_resolved)
    return _comment_out(_comment(row, pk))


def _comment(row: Postmortem, pk: int) -> Comment:
    comment = row.comments.filter(pk=pk).select_related("by", "resolved_by", "postmortem__incident", "parent").first()
    if comment is None:
        raise Http404(NOT_FOUND)
    return comment


def _comment_out(row: Comment) -> dict[str, Any]:
    head = row.parent or row
    return {
        "id": row.pk,
        "parent": row.parent_id,
        "section": row.section_key,
        "quote": row.quote,
        "text": row.body,
        "by": name_of(row.by),
        "at": row.at,
        "edited_at": row.edited_at,
        "is_resolved": head.is_resolved,
        "resolved_by": name_of(head.resolved_by),
    }
