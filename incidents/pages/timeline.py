"""The timeline as a page reads it: in pages, narrowed to a kind or to its key moments, with day and gap marks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.people import people_by_id
from hindsight.lib.kept import Kept
from hindsight.lib.pagination import BadCursor, page_by_keyset, page_of
from incidents.models import WRITABLE_KINDS, DiagnosisStep, EntryKind, EntrySource, Incident, Outcome, TimelineEntry
from incidents.pages.cited import margin_of
from incidents.pages.margin import Cited
from incidents.pages.material import Carried, Material

# Above this the timeline comes in pages. While an incident is open the first page holds the latest lines, since
# that is where the work is; once it is over it holds the earliest, since then it is read as a story.
LINES_A_PAGE = 200
# A link to a line in the middle shows what led to it as well.
LINES_BEFORE = 15
LATE = timedelta(minutes=1)
# Silence this long is worth a mark.
GAP = timedelta(minutes=30)
# What the story tells beside the lines that somebody marked and the findings that were confirmed.
STORY_KINDS = (
    EntryKind.STATUS,
    EntryKind.SEVERITY,
    EntryKind.ROLE,
    EntryKind.FIX,
    EntryKind.VERIFICATION,
    EntryKind.MERGE,
)
STORY = Q(is_key=True) | Q(kind__in=STORY_KINDS) | Q(kind=EntryKind.DIAGNOSIS, data__to=Outcome.CONFIRMED.value)


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines of a timeline are asked for: all, the story, or those of one kind."""

    is_story: bool = False
    kind: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.is_story and not self.kind

    @property
    def query(self) -> str:
        """The part as addresses name it; "" for everything."""
        return "view=story" if self.is_story else f"kind={self.kind}" if self.kind else ""

    def of(self, incident: Incident) -> QuerySet[TimelineEntry]:
        """Its entries."""
        rows = incident.entries.all()
        if self.is_story:
            return rows.filter(STORY)
        return rows.filter(kind=self.kind) if self.kind else rows


EVERYTHING = Part()
_COUNTS = Kept(
    lambda incident: (
        TimelineEntry.objects.filter(incident=incident).order_by().values_list("kind").annotate(Count("pk"))
    )
)
_LATEST = Kept(lambda incident: _first_page(incident, "-at", "-pk"))
_EARLIEST = Kept(lambda incident: _first_page(incident, "at", "pk"))


def _of(incident: int) -> QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(incident=incident)


def _first_page(incident: int, *order: str) -> QuerySet[TimelineEntry]:
    return _of(incident).order_by(*order)[: LINES_A_PAGE + 1]


def part_named(view: str, kind: str) -> Part:
    """The part that an address names; what is not known is everything."""
    if view == "story":
        return Part(is_story=True)
    return Part(kind=kind if kind in EntryKind.values else "")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with what it carries; `day` is set where a new day begins, `gap` where nothing was written for long."""

    entry: TimelineEntry
    day: date | None
    is_editable: bool
    carried: Carried
    gap: timedelta | None = None
    # The steps that rest on it.
    cited: Sequence[Cited] = ()

    @property
    def is_late(self) -> bool:
        """Whether it was written down at another time than it happened."""
        return self.entry.source != EntrySource.IMPORT and abs(self.entry.noted_at - self.entry.at) >= LATE


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some lines, in the order in which things happened or the other way round."""

    lines: list[Line]
    total: int
    newest_first: bool
    next_cursor: str | None
    is_from_start: bool
    part: Part = EVERYTHING
    # How many there are of each kind, in the order of the kinds.
    kinds: list[tuple[EntryKind, int]] = field(default_factory=list)

    @property
    def order_word(self) -> str:
        """The order as addresses name it."""
        return "newest" if self.newest_first else "oldest"

    @property
    def query(self) -> str:
        """Part and order as addresses name them."""
        return "&".join(filter(None, [self.part.query, f"order={self.order_word}"]))


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some entries as they are stored, and where they stand in the whole."""

    entries: list[TimelineEntry]
    newest_first: bool
    next_cursor: str | None
    is_from_start: bool
    part: Part = EVERYTHING

    @property
    def is_whole(self) -> bool:
        """Whether these are all entries of the incident."""
        return self.is_from_start and self.next_cursor is None and self.part.is_everything


def read_chapter(
    incident: Incident,
    *,
    newest_first: bool | None = None,
    cursor: str = "",
    around: int | None = None,
    part: Part | None = None,
) -> Chapter:
    """One page of entries. `around` picks the page that shows that entry, with some lines before it, whatever the part;
    nothing else is shown where the first page has it.

    A cursor of another order or of nothing begins at the start.
    """
    latest = incident.is_active if newest_first is None else newest_first
    part = part or EVERYTHING
    order = ("-at", "-pk") if latest else ("at", "pk")
    if not cursor and part.is_everything:
        # What nearly every page asks for.
        found = (_LATEST if latest else _EARLIEST).rows(incident.pk)
        page = page_of(found, TimelineEntry.objects.all(), order=order, limit=LINES_A_PAGE)
        if not around or any(entry.pk == around for entry in page.items):
            return Chapter(page.items, latest, page.next_cursor, True, part)
    pinned = incident.entries.filter(pk=around).first() if around else None
    if pinned is not None and not part.is_everything and not part.of(incident).filter(pk=pinned.pk).exists():
        part = EVERYTHING
    rows = part.of(incident)
    is_from_start = not cursor
    if pinned is not None:
        rows, is_from_start = _around(rows, pinned, latest)
    try:
        page = page_by_keyset(rows, order=order, cursor=cursor, limit=LINES_A_PAGE)
    except BadCursor:
        page = page_by_keyset(rows, order=order, cursor=None, limit=LINES_A_PAGE)
        is_from_start = pinned is None
    return Chapter(page.items, latest, page.next_cursor, is_from_start, part)


def _around(rows: QuerySet[TimelineEntry], pinned: TimelineEntry, latest: bool) -> tuple[QuerySet[TimelineEntry], bool]:
    """The rows from a few before the pinned one on, and whether these are all."""
    before = rows.filter(_beyond(pinned, later=latest)).order_by(*(("at", "pk") if latest else ("-at", "-pk")))
    shown = list(before[: LINES_BEFORE + 1])
    if len(shown) <= LINES_BEFORE:
        return rows, True
    first = shown[LINES_BEFORE - 1]
    return rows.filter(_beyond(first, later=not latest) | Q(pk=first.pk)), False


def _beyond(entry: TimelineEntry, *, later: bool) -> Q:
    if later:
        return Q(at__gt=entry.at) | Q(at=entry.at, pk__gt=entry.pk)
    return Q(at__lt=entry.at) | Q(at=entry.at, pk__lt=entry.pk)


def draw(
    chapter: Chapter, incident: Incident, material: Material, steps: Mapping[int, DiagnosisStep] | None = None
) -> Timeline:
    """The lines of a chapter, with what they carry; authors must be known already, `steps` are those that are too."""
    counts = dict(_COUNTS.rows(incident.pk))
    return Timeline(
        lines=lines_of(chapter.entries, material, marks_gaps=chapter.part.is_everything, steps=steps),
        total=sum(counts.values()),
        newest_first=chapter.newest_first,
        next_cursor=chapter.next_cursor,
        is_from_start=chapter.is_from_start,
        part=chapter.part,
        kinds=[(kind, counts[kind]) for kind in EntryKind if kind in counts],
    )


def lines_of(
    entries: Iterable[TimelineEntry],
    material: Material,
    *,
    marks_gaps: bool,
    steps: Mapping[int, DiagnosisStep] | None = None,
) -> list[Line]:
    """Entries as lines, in the order given."""
    shown = list(entries)
    name_steps(shown, steps or {})
    zone = timezone.get_current_timezone()
    lines = []
    last: date | None = None
    before: datetime | None = None
    for entry in shown:
        day = entry.at.astimezone(zone).date()
        gap = abs(entry.at - before) if before and marks_gaps else timedelta(0)
        lines.append(
            Line(
                entry,
                day if day != last else None,
                entry.kind in WRITABLE_KINDS,
                material.of("entry", entry.pk),
                gap if gap >= GAP else None,
                material.margin.cited("entry", entry.pk) if material.margin else (),
            )
        )
        last, before = day, entry.at
    return lines


def read_lines(incident: Incident, entries: Collection[int]) -> Timeline:
    """These entries of the incident, drawn as the page draws them, in the order in which they happened."""
    rows = list(incident.entries.filter(pk__in=entries))
    name_authors(rows)
    material = Material(incident, entries=[entry.pk for entry in rows], steps=[], margin=margin_of(incident))
    lines = lines_of(rows, material, marks_gaps=False)
    return Timeline(lines, incident.entries.count(), newest_first=False, next_cursor=None, is_from_start=True)


def name_steps(entries: Iterable[TimelineEntry], known: Mapping[int, DiagnosisStep] | None = None) -> None:
    """Put the steps on the entries that tell of them: one query for those that are not known, none for none."""
    shown, steps = list(entries), dict(known or {})
    missing = {entry.step_id for entry in shown if entry.step_id} - steps.keys()
    if missing:
        steps |= DiagnosisStep.objects.only("id", "hypothesis", "outcome", "incident_id").in_bulk(missing)
    for entry in shown:
        if entry.step_id:
            entry.step = steps.get(entry.step_id)


def name_authors(entries: Iterable[TimelineEntry]) -> None:
    """Put the people on the entries that name them: one query for all."""
    shown = list(entries)
    wanted = {entry.author_id for entry in shown if entry.author_id}
    people = people_by_id(wanted)
    for entry in shown:
        entry.author = people.get(entry.author_id) if entry.author_id else None
