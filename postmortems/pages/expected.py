"""When postmortems should be out: the days of those that are still waited for."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, DateField, QuerySet, Value, When
from django.utils import timezone

from incidents.models import ACTIVE_STATUSES, Incident, Kind
from postmortems.models import Postmortem, PostmortemQuerySet, PostmortemStatus, WritingPolicy

# What is waited for is read whole, the newest first; beyond so many nobody keeps dates any more.
WAITED_LIMIT = 2_000
NEVER = date.max
# What a list may be narrowed to.
DUE = [("", "Any due date"), ("overdue", "Overdue"), ("set", "Has a due date")]


@dataclass(frozen=True, slots=True)
class Due:
    """The days on which unpublished postmortems should be out, by id, and which of those days are over."""

    days: Mapping[int, date]
    overdue: frozenset[int]

    @classmethod
    def of(cls, visible: PostmortemQuerySet) -> "Due":
        """Those among `visible` that somebody began and nobody published yet; two queries."""
        rows = (
            visible.exclude(status__in=(PostmortemStatus.PUBLISHED, PostmortemStatus.NOT_NEEDED))
            .exclude(begun_by=None, due_on=None)
            .exclude(incident__status__in=ACTIVE_STATUSES)
            .exclude(incident__kind=Kind.DRILL)
            .order_by("-pk")
            .values_list(*_READ)[:WAITED_LIMIT]
        )
        policy, today = WritingPolicy.current(), timezone.localdate()
        found = {row[0]: policy.due_on(*_read(*row[1:])) for row in rows}
        days = {pk: day for pk, day in found.items() if day is not None}
        return cls(days, frozenset(pk for pk, day in days.items() if day < today))

    def narrowed(self, rows: PostmortemQuerySet, asked: str) -> PostmortemQuerySet:
        """Those that are "overdue", or all that have a day ("set")."""
        wanted = {"overdue": self.overdue, "set": self.days.keys()}.get(asked)
        return rows if wanted is None else rows.filter(pk__in=list(wanted))

    def ordered(self, rows: QuerySet[Postmortem]) -> QuerySet[Postmortem]:
        """With `expected_on` to sort by; far away where no day is known."""
        by_day: dict[date, list[int]] = defaultdict(list)
        for pk, day in self.days.items():
            by_day[day].append(pk)
        cases = [When(pk__in=ids, then=Value(day)) for day, ids in by_day.items()]
        return rows.annotate(expected_on=Case(*cases, default=Value(NEVER), output_field=DateField()))


_READ = (
    "pk", "due_on", "is_afterwards", "begun_by_id", "incident__severity", "incident__status", "incident__resolved_at",
)  # fmt: skip


def _read(
    due_on: date | None,
    is_afterwards: bool,
    begun_by: int | None,
    severity: str,
    status: str,
    resolved_at: datetime | None,
) -> tuple[Incident, Postmortem]:
    """What the policy looks at of an incident and its postmortem, without the rest of their rows."""
    incident = Incident(severity=severity, status=status, resolved_at=resolved_at)
    return incident, Postmortem(due_on=due_on, is_afterwards=is_afterwards, begun_by_id=begun_by)
