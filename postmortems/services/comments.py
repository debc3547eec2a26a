"""Commenting on a postmortem: threads at a section or at some words, answers, and what was settled."""

import re
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Lower

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.anchors import find, folded, plain
from postmortems.models import (
    COMMENT_LIMIT,
    COMMENTS_LIMIT,
    QUOTE_LIMIT,
    Comment,
    NoticeKind,
    Postmortem,
)
from postmortems.services.locking import locked
from postmortems.services.reminders import notify
from postmortems.services.review import authors
from postmortems.services.sections import is_known
from search import outbox

# Of a message; more is a mailing list.
MENTIONS_LIMIT = 20
_MENTION = re.compile(r"(?<![\w@/.])@([\w.+-]{1,150})")


class NotYoursError(Exception):
    """Only who wrote a comment changes its words. HTTP 403."""

    def __init__(self) -> None:
        super().__init__("Only who wrote a comment can change it. Answer it instead.")


def comment(
    *,
    postmortem: Postmortem,
    by: User,
    now: datetime,
    body: str,
    section: str = "",
    quote: str = "",
    offset: int | None = None,
) -> Comment:
    """Begin a thread at a section ("" is the whole), or at words of it. Raises InvalidError.

    Words that do not stand in the section are refused: a quote is what readers can see.
    """
    faults = Faults()
    text = faults.text("body", body, label="Comment", limit=COMMENT_LIMIT, required=True)
    words = folded(faults.text("quote", quote, label="The quote", limit=QUOTE_LIMIT))
    faults.stop_if_any()
    with transaction.atomic():
        row = locked(postmortem)
        _check_section(row, section)
        _check_room(row)
        place = _place(row, section, words, offset) if words else None
        thread = Comment(postmortem=row, section_key=section, quote=words, offset=place, body=text, by=by, at=now)
        _keep(thread)
        _tell(thread, by=by, now=now)
    return thread


def answer(*, thread: Comment, by: User, now: datetime, body: str) -> Comment:
    """Answer a thread; an answer to an answer joins its thread. Raises InvalidError."""
    faults = Faults()
    text = faults.text("body", body, label="Comment", limit=COMMENT_LIMIT, required=True)
    faults.stop_if_any()
    with transaction.atomic():
        row = locked(thread.postmortem)
        _check_room(row)
        parent = thread.parent_id or thread.pk
        reply = Comment(postmortem=row, parent_id=parent, section_key=thread.section_key, body=text, by=by, at=now)
        _keep(reply)
        _tell(reply, by=by, now=now)
    return reply


def edit(*, comment: Comment, by: User, now: datetime, body: str) -> Comment:
    """Change the words of one's own comment. Raises InvalidError and NotYoursError."""
    if comment.by_id != by.pk:
        raise NotYoursError
    faults = Faults()
    text = faults.text("body", body, label="Comment", limit=COMMENT_LIMIT, required=True)
    faults.stop_if_any()
    with transaction.atomic():
        row = Comment.objects.select_for_update(of=("self",)).select_related("postmortem").get(pk=comment.pk)
        if row.body == text:
            return row
        row.body, row.edited_at = text, now
        _keep(row)
        _mention(row, by=by, now=now)
    return row


def resolve(*, thread: Comment, by: User, now: datetime, is_resolved: bool = True) -> Comment:
    """Settle a thread, or open it again; nothing happens where it stands like that."""
    with transaction.atomic():
        rows = Comment.objects.select_for_update(of=("self",)).select_related("postmortem")
        row = rows.get(pk=thread.parent_id or thread.pk)
        if row.is_resolved == is_resolved:
            return row
        row.resolved_by, row.resolved_at = (by, now) if is_resolved else (None, None)
        _keep(row)
    return row


def _keep(row: Comment) -> None:
    row.render_fields()
    row.version = row.version + 1 if row.pk else 1
    row.save()
    outbox.enqueue("incident", row.postmortem.incident_id)


def _check_section(row: Postmortem, key: str) -> None:
    if key and row.questions.section(key) is None and not row.sections.filter(key=key).exists() and not is_known(key):
        raise InvalidError({"section": f"There is no section {key[:40]!r}."})


def _check_room(row: Postmortem) -> None:
    if row.comments.count() >= COMMENTS_LIMIT:
        raise InvalidError({"body": f"There are {COMMENTS_LIMIT:,} comments already, which is the limit."})


def _place(row: Postmortem, section: str, words: str, offset: int | None) -> int:
    """Where the words stand in the section; InvalidError where they don't."""
    text = row.sections.filter(key=section).first()
    place = find(words, plain(text.html("body")) if text else "", offset)
    if place.start is None:
        said = "These words do not stand in the section. Copy them from it, or leave this empty."
        raise InvalidError({"quote": said})
    return place.start


def _tell(row: Comment, *, by: User, now: datetime) -> None:
    """The authors, and in a thread everybody who wrote in it; who is named is told of that alone."""
    named = _mention(row, by=by, now=now)
    people = authors(row.postmortem)
    if row.parent_id:
        thread = Comment.objects.filter(pk=row.parent_id) | Comment.objects.filter(parent_id=row.parent_id)
        people |= {pk for pk in thread.values_list("by_id", flat=True) if pk is not None}
    notify(row.postmortem, NoticeKind.COMMENT, to=people - set(named), by=by, now=now, key=f"comment:{row.pk}")


def _mention(row: Comment, *, by: User, now: datetime) -> Collection[int]:
    """Tell those whom `@name` names, if they may see the incident; whom it names is said to nobody else."""
    names = list(dict.fromkeys(name.rstrip(".-").lower() for name in _MENTION.findall(row.body)))[:MENTIONS_LIMIT]
    if not names:
        return ()
    incident = row.postmortem.incident_id
    people = [
        person.pk
        for person in User.objects.annotate(lowered=Lower("username")).filter(lowered__in=names, is_active=True)
        if Incident.objects.visible_to(person).filter(pk=incident).exists()
    ]
    notify(row.postmortem, NoticeKind.MENTION, to=people, by=by, now=now, key=f"comment:{row.pk}")
    return people
