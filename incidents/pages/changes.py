"""What went to production before an incident, and what was found about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Q, QuerySet

from hindsight.lib.kept import Kept
from incidents.models import Change, ChangeKind, ChangeVerdict, Incident, Precision, Verdict

BEFORE = timedelta(hours=24)
_VERDICTS = Kept(
    lambda incident: ChangeVerdict.objects.filter(incident=incident).select_related("change__service", "by")
)
# A glance shows three, and some that are looked at may be in it by their verdict already.
_FEW = 24
_TIMELY = Kept(lambda incident, start, end: _timely(incident, start, end)[:_FEW])
# On the page of an incident; its page of changes shows up to CHANGES_SHOWN.
GLANCE_SHOWN = 3
CHANGES_SHOWN = 200
# What was found first: the culprit, then suspects, then what nobody judged; cleared ones last.
_RANKS = {Verdict.CULPRIT.value: 0, Verdict.SUSPECT.value: 1, "": 2, Verdict.CLEARED.value: 3}


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


def read_changes(
    incident: Incident, *, limit: int = CHANGES_SHOWN, with_noted: bool = True, is_judged: bool = True
) -> Changes:
    """The changes of its services, and of no service, in the 24 hours before it, and any that it judged or noted.

    Without a service, every change of that time counts. Plain queries, put together here: as one they cost three times
    as much. `with_noted` asks, in a third one, for those noted by hand outside of that time; without `is_judged`
    nobody has judged any.
    """
    start, end = window(incident)
    known = {row.change_id: row for row in _verdicts(incident)} if is_judged else {}
    found = {pk: row.change for pk, row in known.items()}
    count = limit + 1 + len(known)
    timely = _TIMELY.rows(incident.pk, start, end) if count <= _FEW else _timely(incident.pk, start, end)[:count]
    found |= {row.pk: row for row in timely}
    if with_noted:
        found |= {row.pk: row for row in incident.noted_changes.select_related("service")[: limit + 1]}
    shown = sorted((_shown(row, known.get(pk)) for pk, row in found.items()), key=_place)
    return Changes(shown[:limit], min(len(shown), limit), len(shown) > limit, start, end)


def judged_changes(incident: Incident) -> list[ShownChange]:
    """Every change that has a verdict; the earliest first."""
    rows = [_shown(row.change, row) for row in _verdicts(incident)]
    return sorted(rows, key=lambda row: (row.change.at, row.change.pk))


def culprits(incident: Incident) -> list[ShownChange]:
    """The changes that did it, for what is written about the incident afterwards; the earliest first."""
    return [row for row in judged_changes(incident) if row.verdict == Verdict.CULPRIT]


def _verdicts(incident: Incident) -> list[ChangeVerdict]:
    """What was found, of changes that everybody who reads this incident may know of."""
    rows = _VERDICTS.rows(incident.pk)
    elsewhere = [row.change_id for row in rows if row.change.incident_id not in {None, incident.pk}]
    if not elsewhere:
        return rows
    # Noted on another incident that may have become private since.
    open_ones = set(Change.objects.for_incident(incident).filter(pk__in=elsewhere).values_list("pk", flat=True))
    return [row for row in rows if row.change_id in open_ones or row.change_id not in elsewhere]


def _timely(incident: int, start: datetime, end: datetime) -> QuerySet[Change]:
    own = Incident.services.through.objects.filter(incident_id=incident)
    touches = Q(service__isnull=True) | Q(service__in=own.values("service_id")) | ~Exists(own)
    rows = Change.objects.for_incident(Incident(pk=incident)).filter(touches, at__gte=start, at__lte=end)
    return rows.select_related("service")


def _shown(row: Change, found: ChangeVerdict | None) -> ShownChange:
    if found is None:
        return ShownChange(row, "", "", "")
    return ShownChange(row, found.verdict, found.why, found.by.shown_name if found.by else "")


def _place(row: ShownChange) -> tuple[int, float, int]:
    return _RANKS[row.verdict], -row.change.at.timestamp(), -row.change.pk
