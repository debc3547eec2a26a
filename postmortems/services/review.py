"""Review before publication: asking people, their verdicts, taking it back, and what needs no postmortem."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Lower

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError
from hindsight.lib.text import clean
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.models import (
    UNDER_REVIEW,
    VERDICT_LIMIT,
    NoticeKind,
    Postmortem,
    PostmortemStatus,
    Review,
    Verdict,
    postmortem_transition,
)
from postmortems.services.locking import locked, touch
from postmortems.services.reminders import notify

REVIEWERS_LIMIT = 20
MOST_NAMES = 100
# A due date further away than this is a slip of the pen.
FURTHEST_DUE = timedelta(days=3 * 365)


class ReviewClosedError(Exception):
    """The act does not fit where the postmortem stands: published, not needed, or not in review. HTTP 409."""


class NotAReviewerError(Exception):
    """The verdict is from somebody who was not asked for one, or whose own text it is. HTTP 403."""


def authors(postmortem: Postmortem) -> set[int]:
    """The ids of those whose own text it is: who began it, and who sent it to review."""
    return {pk for pk in (postmortem.begun_by_id, postmortem.submitted_by_id) if pk is not None}


def ask_review(
    *, postmortem: Postmortem, by: User, now: datetime, reviewers: Collection[User], version: int | None = None
) -> Postmortem:
    """Ask people for a verdict; whoever is asked already stays asked, earlier verdicts stay on record.

    Raises InvalidError (nobody, the author, one who may not see or write it), ReviewClosedError and StaleError.
    """
    with transaction.atomic():
        row = locked(postmortem, version)
        step = _step(row, PostmortemStatus.IN_REVIEW)
        _check_reviewers(row, by, reviewers)
        asked = set(row.reviews.waiting().values_list("reviewer_id", flat=True))
        for person in reviewers:
            if person.pk not in asked:
                review = Review.objects.create(postmortem=row, reviewer=person, asked_by=by, asked_at=now)
                notify(row, NoticeKind.REVIEW_ASKED, to=[person.pk], by=by, now=now, key=f"review:{review.pk}")
        if row.submitted_by_id is None or row.status not in UNDER_REVIEW:
            row.submitted_by = by
        row.status = PostmortemStatus.IN_REVIEW
        names = sorted(person.username for person in reviewers)
        audit.record(by=by, action=f"postmortem.{step}", target=row.incident.label, now=now, reviewers=names)
        touch(row, now=now, fields=("status", "submitted_by"))
    return row


def say(*, postmortem: Postmortem, by: User, now: datetime, verdict: str, body: str = "") -> Review:
    """The verdict of a named reviewer; asking for changes needs a text that says which.

    A reviewer may say something else later. Raises InvalidError, NotAReviewerError and ReviewClosedError.
    """
    faults = Faults()
    faults.choice("verdict", verdict, Verdict.values, label="Verdict")
    needs_text = verdict == Verdict.CHANGES
    text = faults.text("body", body, label="What should change", limit=VERDICT_LIMIT, required=needs_text)
    faults.stop_if_any()
    with transaction.atomic():
        row = locked(postmortem)
        if row.status not in UNDER_REVIEW:
            raise ReviewClosedError(_closed(row))
        review = _review_of(row, by, now)
        review.verdict, review.body, review.said_at = verdict, text, now
        review.seen_version = row.version
        review.render_fields()
        review.save()
        row.status = _outcome(row)
        audit.record(by=by, action="postmortem.verdict", target=row.incident.label, now=now, verdict=verdict)
        kind = NoticeKind.APPROVED if verdict == Verdict.APPROVED else NoticeKind.CHANGES_ASKED
        notify(row, kind, to=authors(row) - {by.pk}, by=by, now=now, key=f"review:{review.pk}:{verdict}")
        touch(row, now=now, fields=("status",))
    return review


def dismiss(*, postmortem: Postmortem, by: User, now: datetime, reviewer: int) -> Postmortem:
    """No longer wait for that person; what they said before stays. The last one taken away ends the review."""
    with transaction.atomic():
        row = locked(postmortem)
        gone, _ = row.reviews.waiting().filter(reviewer_id=reviewer).delete()
        if not gone:
            return row
        audit.record(by=by, action="postmortem.dismiss_reviewer", target=row.incident.label, now=now, person=reviewer)
        if row.status in UNDER_REVIEW:
            row.status = _outcome(row)
        touch(row, now=now, fields=("status",))
    return row


def end_review(*, postmortem: Postmortem, by: User, now: datetime) -> Postmortem:
    """Back to a draft: nobody's verdict is waited for any more. Nothing happens outside a review."""
    with transaction.atomic():
        row = locked(postmortem)
        if row.status not in UNDER_REVIEW:
            return row
        step = _step(row, PostmortemStatus.DRAFT)
        row.reviews.waiting().delete()
        row.status = PostmortemStatus.DRAFT
        audit.record(by=by, action=f"postmortem.{step}", target=row.incident.label, now=now)
        touch(row, now=now, fields=("status",))
    return row


def set_due(*, postmortem: Postmortem, by: User, now: datetime, due_on: date | None) -> Postmortem:
    """Choose the day on which it should be out; None leaves it to the severity. Raises InvalidError."""
    today = now.astimezone(by.zone).date()
    with transaction.atomic():
        row = locked(postmortem)
        if due_on == row.due_on:
            return row
        if due_on is not None and due_on < today:
            raise InvalidError({"due_on": f"{due_on:%-d %B %Y} is past. Choose today or a later day."})
        if due_on is not None and due_on > today + FURTHEST_DUE:
            raise InvalidError({"due_on": f"{due_on:%-d %B %Y} is more than three years away."})
        row.due_on = due_on
        audit.record(by=by, action="postmortem.due", target=row.incident.label, now=now, due_on=str(due_on or ""))
        touch(row, now=now, fields=("due_on",))
    return row


def people_named(names: Iterable[str]) -> list[User]:
    """The people with these user names. Raises InvalidError with those that nobody has."""
    wanted = list(dict.fromkeys(clean(name).text.strip().lstrip("@").lower() for name in names))
    rows = User.objects.annotate(lowered=Lower("username")).filter(lowered__in=wanted[:MOST_NAMES], is_active=True)
    found = {person.username.lower(): person for person in rows}
    unknown = [name for name in wanted if name and name not in found]
    if unknown:
        raise InvalidError({"reviewers": f"Unknown: {', '.join(name[:60] for name in unknown[:10])}."})
    return [found[name] for name in wanted if name]


def _may_see(person: User, incident: Incident) -> bool:
    return not incident.is_private or Incident.objects.visible_to(person).filter(pk=incident.pk).exists()


def _check_reviewers(row: Postmortem, by: User, reviewers: Collection[User]) -> None:
    if not reviewers:
        raise InvalidError({"reviewers": "Name at least one reviewer."})
    if len(reviewers) > REVIEWERS_LIMIT:
        raise InvalidError({"reviewers": f"{len(reviewers)} reviewers; the limit is {REVIEWERS_LIMIT}."})
    own = authors(row) | ({by.pk} if row.status not in UNDER_REVIEW else set())
    for person in reviewers:
        name = person.shown_name
        if person.pk in own:
            said = "You can't review your own postmortem" if person.pk == by.pk else f"{name} wrote it"
            raise InvalidError({"reviewers": f"{said}: ask somebody else."})
        if not person.can_write:
            raise InvalidError({"reviewers": f"{name} may only read; a reviewer needs the role responder."})
        if not _may_see(person, row.incident):
            raise InvalidError({"reviewers": f"{name} may not see this private incident; open it to them first."})


def _review_of(row: Postmortem, by: User, now: datetime) -> Review:
    """Where this person's verdict goes: their open request, else their last one."""
    if by.pk in authors(row):
        raise NotAReviewerError("This is your own postmortem: somebody else reviews it.")
    mine = row.reviews.filter(reviewer=by)
    review = mine.waiting().first() or mine.last()
    if review is None:
        raise NotAReviewerError("You were not asked to review this. Write a comment, or let the author ask you.")
    return review


def _outcome(row: Postmortem) -> PostmortemStatus:
    """What the reviewers say together: each one's last word counts."""
    last: dict[int | None, str] = {}
    for reviewer, verdict in row.reviews.order_by("asked_at", "pk").values_list("reviewer_id", "verdict"):
        last[reviewer] = verdict
    if not last:
        return PostmortemStatus.DRAFT
    if Verdict.CHANGES in last.values():
        return PostmortemStatus.CHANGES_ASKED
    return PostmortemStatus.APPROVED if all(last.values()) else PostmortemStatus.IN_REVIEW


def _step(row: Postmortem, end: PostmortemStatus) -> str:
    """The name of the step to `end`; staying in review is adding reviewers. Raises ReviewClosedError."""
    if row.status == end:
        return "add_reviewers"
    step = postmortem_transition(PostmortemStatus(row.status), end)
    if step is None:
        raise ReviewClosedError(_closed(row))
    return step.name


def _closed(row: Postmortem) -> str:
    if row.status == PostmortemStatus.PUBLISHED:
        return "It is published. Withdraw it first, or write a comment."
    if row.status == PostmortemStatus.NOT_NEEDED:
        return "It was marked as not needed. Begin it after all first."
    return "It is not in review. Ask for a review first."
