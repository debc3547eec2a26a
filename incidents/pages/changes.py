"""What went to production before an incident, and what was found about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, FilteredRelation, IntegerField, Q, QuerySet, Value, When

from incidents.models import Change, ChangeKind, ChangeVerdict, Incident, Precision, Verdict

BEFORE = timedelta(hours=24)
# On the page of an incident; its page of changes shows up to CHANGES_SHOWN.
GLANCE_SHOWN = 3
CHANGES_SHOWN = 200
# What was found first: the culprit, then suspects, then what nobody judged; cleared ones last.
_RANKS = {Verdict.CULPRIT.value: 0, Verdict.SUSPECT.value: 1, None: 2, Verdict.CLEARED.value: 3}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as one incident sees it; `verdict` is "" where there is none."""

    change: Change
    verdict: str
    why: str
    judged_by: str

    @property
    def kind(self) -> str:
        """What was changed, in a word."""
        return str(ChangeKind(self.change.kind).label)

    @property
    def verdict_word(self) -> str:
        """The verdict for people."""
        return str(Verdict(self.verdict).label) if self.verdict else ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Some of an incident's changes, how many there are at least, and the stretch of time that was looked at."""

    shown: list[ShownChange]
    count: int
    is_more: bool
    start: datetime
    end: datetime

    @property
    def culprits(self) -> list[ShownChange]:
        """Those that did it."""
        return [row for row in self.shown if row.verdict == Verdict.CULPRIT]

    @property
    def unjudged(self) -> int:
        """How many of those shown have no verdict."""
        return sum(1 for row in self.shown if not row.verdict)


def window(incident: Incident) -> tuple[datetime, datetime]:
    """The 24 hours before the start. Where only its day is known, that day counts as well; without a start, what comes
    closest to it."""
    start = incident.started_at or incident.detected_at or incident.declared_at
    is_vague = incident.started_at is not None and incident.started_precision == Precision.DAY
    return start - BEFORE, start + timedelta(days=1) if is_vague else start


def read_changes(incident: Incident, *, limit: int = CHANGES_SHOWN) -> Changes:
    """The changes of its services, and of no service, in the 24 hours before it, and any that it judged or noted; in
    one query beside that for its services. Without a service, every change of that time counts."""
    start, end = window(incident)
    rows = list(_ranked(_of(incident, start, end), incident)[: limit + 1])
    shown = [_shown(row) for row in rows[:limit]]
    return Changes(shown, len(shown), len(rows) > limit, start, end)


def culprits(incident: Incident) -> list[ShownChange]:
    """The changes that did it, for what is written about the incident afterwards; the earliest first."""
    rows = _judged(Change.objects.for_incident(incident), incident).filter(judged__verdict=Verdict.CULPRIT)
    return [_shown(row) for row in rows.select_related("service").order_by("at", "pk")]


def judged_changes(incident: Incident) -> list[ShownChange]:
    """Every change that has a verdict; the earliest first."""
    rows = _judged(Change.objects.for_incident(incident), incident).filter(judged__isnull=False)
    return [_shown(row) for row in rows.select_related("service").order_by("at", "pk")]


def _of(incident: Incident, start: datetime, end: datetime) -> "QuerySet[Change]":
    # Three reads of an index each; as one condition with "or" they would be one read of every change there is.
    timely = Change.objects.filter(at__gte=start, at__lte=end)
    services = [service.pk for service in incident.services.all()]
    if services:
        timely = timely.filter(Q(service__isnull=True) | Q(service__in=services))
    noted = Change.objects.filter(incident=incident)
    judged = ChangeVerdict.objects.filter(incident=incident).order_by()
    ids = timely.order_by().values("pk").union(noted.order_by().values("pk"), judged.values("change_id"))
    return Change.objects.for_incident(incident).filter(pk__in=ids)


def _judged(rows: "QuerySet[Change]", incident: Incident) -> "QuerySet[Change]":
    return rows.annotate(
        judged=FilteredRelation("verdicts", condition=Q(verdicts__incident=incident.pk)),
        verdict=F("judged__verdict"),
        why=F("judged__why"),
        judge_name=F("judged__by__display_name"),
        judge_username=F("judged__by__username"),
    )


def _ranked(rows: "QuerySet[Change]", incident: Incident) -> "QuerySet[Change]":
    whens = [When(judged__verdict=verdict, then=Value(rank)) for verdict, rank in _RANKS.items() if verdict]
    rank = Case(*whens, default=Value(_RANKS[None]), output_field=IntegerField())
    return _judged(rows, incident).annotate(rank=rank).select_related("service").order_by("rank", "-at", "-pk")


def _shown(row: Change) -> ShownChange:
    found = {name: getattr(row, name) or "" for name in ("verdict", "why", "judge_name", "judge_username")}
    return ShownChange(row, found["verdict"], found["why"], found["judge_name"] or found["judge_username"])
