"""The timeline as a page shows it: in pages of a few hundred lines, with day marks."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from hindsight.lib.pagination import BadCursor, page_by_keyset
from incidents.models import WRITABLE_KINDS, DiagnosisStep, Incident, TimelineEntry
from incidents.pages.material import Carried, Material

# Above this the timeline comes in pages. While an incident is open the first page holds the latest lines, since
# that is where the work is; once it is over it holds the earliest, since then it is read as a story.
LINES_A_PAGE = 300
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with what it carries; `day` is set where a new day begins."""

    entry: TimelineEntry
    day: date | None
    is_editable: bool
    carried: Carried

    @property
    def is_late(self) -> bool:
        """Whether it was written down long after it happened."""
        return abs(self.entry.noted_at - self.entry.at) > LATE


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some lines, in the order in which things happened or the other way round."""

    lines: list[Line]
    total: int
    newest_first: bool
    next_cursor: str | None
    is_from_start: bool

    @property
    def order_word(self) -> str:
        """The order as addresses name it."""
        return "newest" if self.newest_first else "oldest"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some entries as they are stored, and where they stand in the whole."""

    entries: list[TimelineEntry]
    newest_first: bool
    next_cursor: str | None
    is_from_start: bool


def read_chapter(
    incident: Incident, *, newest_first: bool | None = None, cursor: str = "", around: int | None = None
) -> Chapter:
    """One page of entries. `around` begins it at that entry, so that a link to any line finds it.

    A cursor of another order or of nothing begins at the start.
    """
    latest = incident.is_active if newest_first is None else newest_first
    rows = incident.entries.all()
    pinned = rows.filter(pk=around).first() if around else None
    if pinned is not None:
        rows = rows.filter(_from(pinned, latest))
    order = ("-at", "-pk") if latest else ("at", "pk")
    try:
        page = page_by_keyset(rows, order=order, cursor=cursor, limit=LINES_A_PAGE)
    except BadCursor:
        cursor = ""
        page = page_by_keyset(rows, order=order, cursor=None, limit=LINES_A_PAGE)
    return Chapter(page.items, latest, page.next_cursor, not cursor and pinned is None)


def _from(pinned: TimelineEntry, latest: bool) -> Q:
    if latest:
        return Q(at__lt=pinned.at) | Q(at=pinned.at, pk__lte=pinned.pk)
    return Q(at__gt=pinned.at) | Q(at=pinned.at, pk__gte=pinned.pk)


def draw(chapter: Chapter, incident: Incident, material: Material) -> Timeline:
    """The lines of a chapter, with what they carry; authors must be known already."""
    steps = DiagnosisStep.objects.only("id", "hypothesis", "outcome", "incident_id")
    named = steps.in_bulk([entry.step_id for entry in chapter.entries if entry.step_id])
    lines = []
    last: date | None = None
    for entry in chapter.entries:
        if entry.step_id:
            entry.step = named.get(entry.step_id)
        day = timezone.localdate(entry.at)
        is_editable = entry.kind in WRITABLE_KINDS
        lines.append(Line(entry, day if day != last else None, is_editable, material.of("entry", entry.pk)))
        last = day
    total = incident.entries.count()
    return Timeline(lines, total, chapter.newest_first, chapter.next_cursor, chapter.is_from_start)
