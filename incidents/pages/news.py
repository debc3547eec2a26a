"""What an open page of an incident does not know yet, drawn for the one who asks.

Many ask for the same at once. What takes time is neither drawing (0.1 ms a line) nor packing, but composing queries and
sending again what a page has. So the SQL is kept, and nothing that was drawn: no reader gets what was made for another.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hindsight.lib.kept import Kept
from hindsight.lib.markup import escaped
from hindsight.lib.stencil import Stencil
from incidents.models import Attachment, Incident, Snippet, StepEvidence, TimelineEntry
from incidents.pages.cited import margin_of
from incidents.pages.entries import Look, stamped
from incidents.pages.live import OVERLAP, Company, State
from incidents.pages.material import Carried, Material, NoMaterial
from incidents.pages.timeline import STORY, Part, lines_of, name_authors

# A page that missed more lines than this reads its timeline again.
LINES_AT_ONCE = 100
_NEWS = Stencil("incidents/_news.html", ("state", "who", "moved", "total", "people", "lines"))

_ALL = Kept(lambda incident, since: _lately(incident, since))
_STORY = Kept(lambda incident, since: _lately(incident, since, STORY))
_OF_KIND = Kept(lambda incident, since, kind: _lately(incident, since, kind=kind))
_TOTAL = Kept(
    lambda incident: (
        TimelineEntry.objects.filter(incident=incident).order_by().values_list("incident").annotate(Count("pk"))
    )
)


def _lately(incident: int, since: datetime, *which: object, **named: object) -> QuerySet[TimelineEntry]:
    """The lines that were written or changed since then, and whether they carry something or a step rests on them."""
    rows = TimelineEntry.objects.filter(*which, incident=incident, changed_at__gte=since, **named)
    of_line = {"entry": OuterRef("pk")}
    carries = Exists(Snippet.objects.filter(**of_line)) | Exists(Attachment.objects.filter(**of_line))
    marked = rows.annotate(carries=carries, is_cited=Exists(StepEvidence.objects.filter(**of_line)))
    return marked.order_by("at", "pk")[: LINES_AT_ONCE + 1]


@dataclass(frozen=True, slots=True)
class News:
    """What a page does not know yet. `is_too_much`: it should read its timeline again."""

    state: State
    lines: SafeString
    total: int
    is_too_much: bool
    has_more_than_lines: bool


def read_news(incident: Incident, known: State, state: State, part: Part, *, can_write: bool) -> News:
    """The lines that came or changed since a page was drawn, in the part that it shows, without those that it has."""
    rows = _rows(incident, _overlapping(known), part)
    is_too_much = len(rows) > LINES_AT_ONCE
    shown = [] if is_too_much else rows
    drawn = dict(zip((row.pk for row in shown), _draw(incident, shown, can_write=can_write), strict=True))
    again = sorted((row for row in shown if row.changed_at >= _overlapping(state)), key=attrgetter("changed_at"))
    totals = _TOTAL.rows(incident.pk)
    return News(
        state=state.with_lines([drawn[row.pk][0] for row in again]),
        lines=SafeString("".join(html for stamp, html in drawn.values() if stamp not in known.has)),
        total=totals[0][1] if totals else 0,
        is_too_much=is_too_much,
        has_more_than_lines=state.has_more_than_lines(known),
    )


def _overlapping(state: State) -> datetime:
    """From when on lines may come that a page in this state has not seen."""
    return datetime.fromtimestamp(state.at, UTC) - OVERLAP


def _rows(incident: Incident, since: datetime, part: Part) -> list[TimelineEntry]:
    if part.is_story:
        return _STORY.rows(incident.pk, since)
    return _OF_KIND.rows(incident.pk, since, part.kind) if part.kind else _ALL.rows(incident.pk, since)


def _draw(incident: Incident, entries: list[TimelineEntry], *, can_write: bool) -> list[tuple[str, SafeString]]:
    """Each line with its stamp."""
    name_authors(entries)
    look = Look(
        address=incident.get_absolute_url(),
        can_write=can_write,
        has_tools=True,
        has_steps=True,
        material=lambda carried: _material_html(incident, carried, can_write=can_write),
    )
    return [stamped(line, look) for line in lines_of(entries, _material(incident, entries), marks_gaps=False)]


def _material(incident: Incident, entries: list[TimelineEntry]) -> Material:
    """What they carry and what rests on them; no query where that is nothing, as for most."""
    carrying = [entry.pk for entry in entries if vars(entry)["carries"]]
    is_cited = any(vars(entry)["is_cited"] for entry in entries)
    margin = margin_of(incident, has_notes=bool(carrying)) if carrying or is_cited else None
    return Material(incident, entries=carrying, steps=[], margin=margin) if carrying else NoMaterial(margin)


def _material_html(incident: Incident, carried: Carried, *, can_write: bool) -> str:
    return render_to_string(
        "incidents/_material.html", {"incident": incident, "can_write": can_write, "carried": carried}
    )


def news_html(news: News | None, *, state: State, company: Company, moved: str) -> SafeString:
    """What a page takes in: the news, or only who is there. `moved` is where the incident is that took this one in."""
    words = {
        "state": state,
        "who": company.key,
        "moved": moved,
        "total": news.total if news else "",
        "people": _people_html(company),
        "lines": news.lines if news else "",
    }
    return _NEWS.fill(
        words,
        has_moved=bool(moved),
        has_news=news is not None,
        has_more_than_lines=news is not None and news.has_more_than_lines,
        is_too_much=news is not None and news.is_too_much,
    )


def _people_html(company: Company) -> SafeString:
    if not company.names:
        return SafeString("")
    names = ", ".join(f'<bdi class="person">{escaped(name)}</bdi>' for name in company.names)
    return SafeString(f"{names} {'is' if len(company.names) == 1 else 'are'} here")
