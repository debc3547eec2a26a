"""The page of what waits on one person, and its number in the menu."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from incidents.models import ACTIVE_STATUSES, Incident, Kind
from postmortems.models import (
    UNPUBLISHED,
    ActionItem,
    Comment,
    Postmortem,
    PostmortemStatus,
    Review,
    WritingPolicy,
)
from postmortems.pages.cited_actions import cite_actions
from postmortems.services.reminders import RESOLVED_WITHIN
from postmortems.services.watching import DueWatch, due_for

# Of each kind; the rest is counted.
SHOWN = 50
# Action items that are due this soon are shown beside the overdue ones.
SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Draft:
    """A postmortem that is to be written, begun or not."""

    incident: Incident
    postmortem: Postmortem | None
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on one person."""

    reviews: list[Review]
    changes: list[Postmortem]
    approved: list[Postmortem]
    comments: list[Comment]
    drafts: list[Draft]
    actions: list[ActionItem]
    watches: list[DueWatch]
    today: date

    @property
    def count(self) -> int:
        """How many things there are."""
        held = (self.reviews, self.changes, self.approved, self.comments, self.drafts, self.actions, self.watches)
        return sum(len(rows) for rows in held)


def read_waiting(user: User, *, now: datetime) -> Waiting:
    """All of it, in a constant number of queries; people who may only read have nothing to do."""
    today = now.astimezone(user.zone).date()
    if not user.can_write:
        return Waiting([], [], [], [], [], [], [], today)
    mine = _own(user).select_related("incident").defer("incident__summary", "incident__rendered")
    written = list(mine.filter(status__in=(PostmortemStatus.CHANGES_ASKED, PostmortemStatus.APPROVED))[: 2 * SHOWN])
    actions = list(_actions(user, today).select_related("incident").order_by("due_on", "pk")[:SHOWN])
    cite_actions(actions, reader=user)
    return Waiting(
        reviews=list(_reviews(user)[:SHOWN]),
        changes=[row for row in written if row.status == PostmortemStatus.CHANGES_ASKED],
        approved=[row for row in written if row.status == PostmortemStatus.APPROVED],
        comments=list(_comments(user).select_related("by", "postmortem__incident")[:SHOWN]),
        drafts=_drafts(user, now, today),
        actions=actions,
        watches=due_for(user, today=today),
        today=today,
    )


def count_waiting(user: User, *, now: datetime) -> int:
    """How many things wait: the number in the menu."""
    if not user.can_write:
        return 0
    today = now.astimezone(user.zone).date()
    asked = _own(user).filter(status__in=(PostmortemStatus.CHANGES_ASKED, PostmortemStatus.APPROVED)).count()
    counts = (_reviews(user).count(), asked, _comments(user).count(), _actions(user, today).count())
    return sum(counts) + len(_drafts(user, now, today)) + len(due_for(user, today=today))


def _own(user: User) -> QuerySet[Postmortem]:
    """Their own text: what they began or sent to review."""
    return Postmortem.objects.visible_to(user).filter(Q(begun_by=user) | Q(submitted_by=user))


def _reviews(user: User) -> QuerySet[Review]:
    """Verdicts that they are asked for."""
    rows = Review.objects.visible_to(user).waiting().filter(reviewer=user, postmortem__status__in=UNPUBLISHED)
    return rows.select_related("postmortem__incident", "asked_by")


def _comments(user: User) -> QuerySet[Comment]:
    """Open threads on their own text, or begun by them, in which somebody else had the last word."""
    threads = Comment.objects.visible_to(user).open()
    own = Q(postmortem__begun_by=user) | Q(postmortem__submitted_by=user)
    last = Comment.objects.filter(parent=OuterRef("pk")).order_by("-at", "-pk")
    threads = threads.annotate(last_by=Subquery(last.values("by")[:1]), has_answer=Exists(last))
    theirs = Q(has_answer=True) & (Q(last_by__isnull=True) | ~Q(last_by=user.pk))
    unanswered = Q(has_answer=False) & (Q(by__isnull=True) | ~Q(by=user))
    return threads.filter((own & (theirs | unanswered)) | (Q(by=user) & theirs)).order_by("at", "pk")


def _actions(user: User, today: date) -> QuerySet[ActionItem]:
    """Their action items that are overdue or due soon."""
    return ActionItem.objects.visible_to(user).unfinished().filter(owner=user, due_on__lte=today + SOON)


def _drafts(user: User, now: datetime, today: date) -> list[Draft]:
    """What they are to write, what is due first on top: their drafts, and what nobody began of what they led."""
    begun = Q(postmortem__begun_by=user, postmortem__status=PostmortemStatus.DRAFT)
    led = Q(lead=user) | Q(lead__isnull=True, declared_by=user)
    fresh = Q(postmortem__isnull=True, resolved_at__gte=now - RESOLVED_WITHIN) & led
    rows = (
        Incident.objects.visible_to(user)
        .exclude(status__in=ACTIVE_STATUSES)
        .exclude(kind=Kind.DRILL)
        .filter(begun | fresh)
        .select_related("postmortem")
        .defer("summary", "rendered")
        .order_by(F("resolved_at").asc(nulls_last=True), "pk")
    )
    policy = WritingPolicy.current()
    found = []
    for incident in rows[: 4 * SHOWN]:
        row = getattr(incident, "postmortem", None)
        due = policy.due_on(incident, row)
        if due is None and row is None:
            # Nobody expects one.
            continue
        found.append(Draft(incident, row, due, due is not None and due < today))
    return sorted(found, key=lambda draft: (draft.due_on is None, draft.due_on or today))[:SHOWN]
