"""The timeline as a page shows it: in pages of a few hundred lines, with day marks."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from hindsight.lib.pagination import BadCursor, page_by_keyset
from incidents.models import WRITABLE_KINDS, Attachment, DiagnosisStep, Incident, TimelineEntry
from incidents.pages.material import Shelf, ShownSnippet, attachments_prefetch, load_missing_code, snippets_prefetch

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
    snippets: list[ShownSnippet] = field(default_factory=list)
    pictures: list[Attachment] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Whether it was written down long after it happened."""
        return abs(self.entry.noted_at - self.entry.at) > LATE

    @property
    def has_material(self) -> bool:
        """Whether it carries code or files."""
        return bool(self.snippets or self.pictures or self.files)


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


def read_timeline(
    incident: Incident,
    *,
    shelf: Shelf,
    newest_first: bool | None = None,
    cursor: str = "",
    around: int | None = None,
    limit: int = LINES_A_PAGE,
) -> Timeline:
    """One page of the timeline. `around` begins it at that entry, so that a link to any line finds it.

    A cursor of another order or of nothing begins at the start.
    """
    latest = incident.is_active if newest_first is None else newest_first
    rows = _rows(incident)
    pinned = TimelineEntry.objects.filter(incident=incident, pk=around).first() if around else None
    if pinned is not None:
        rows = rows.filter(_from(pinned, latest))
    order = ("-at", "-pk") if latest else ("at", "pk")
    try:
        page = page_by_keyset(rows, order=order, cursor=cursor, limit=limit)
    except BadCursor:
        cursor = ""
        page = page_by_keyset(rows, order=order, cursor=None, limit=limit)
    total = incident.entries.count()
    return Timeline(_lines(page.items, shelf), total, latest, page.next_cursor, not cursor and pinned is None)


def _rows(incident: Incident) -> QuerySet[TimelineEntry]:
    steps = DiagnosisStep.objects.only("id", "hypothesis", "outcome", "incident_id")
    return incident.entries.prefetch_related(
        "author", Prefetch("step", steps), snippets_prefetch(), attachments_prefetch()
    )


def _from(pinned: TimelineEntry, latest: bool) -> Q:
    if latest:
        return Q(at__lt=pinned.at) | Q(at=pinned.at, pk__lte=pinned.pk)
    return Q(at__gt=pinned.at) | Q(at=pinned.at, pk__gte=pinned.pk)


def _lines(entries: list[TimelineEntry], shelf: Shelf) -> list[Line]:
    load_missing_code(snippet for entry in entries for snippet in entry.snippets.all())
    lines = []
    last: date | None = None
    for entry in entries:
        day = timezone.localdate(entry.at)
        files = list(entry.attachments.all())
        lines.append(
            Line(
                entry,
                day if day != last else None,
                entry.kind in WRITABLE_KINDS,
                [shelf.show(snippet) for snippet in entry.snippets.all()],
                [file for file in files if file.is_picture],
                [file for file in files if not file.is_picture],
            )
        )
        last = day
    return lines
