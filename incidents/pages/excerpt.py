"""Lines of the timeline as Markdown to be pasted elsewhere: one line, the story, or all of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, tzinfo
from itertools import islice

from django.conf import settings
from django.utils import timezone

from incidents.models import Attachment, EntryKind, Incident, Snippet, TimelineEntry
from incidents.pages.export import change_words, fenced, indented, snippet_data
from incidents.pages.timeline import Part, name_authors, name_steps

AT_ONCE = 500


def place_of_entry(incident: Incident, entry: TimelineEntry) -> str:
    """The lasting address of a line, on whatever page of the timeline it stands."""
    return f"{incident.get_absolute_url()}?entry={entry.pk}#{entry.anchor}"


def quote_of(incident: Incident, entry: TimelineEntry) -> str:
    """A line as a quotation that says where it comes from, to begin an answer with."""
    said = entry.body.strip() or change_words(entry) or entry.get_kind_display()
    lines = "\n".join(f"> {line}".rstrip() for line in said.splitlines())
    who = f"{entry.author.shown_name}, " if entry.author else ""
    at = f"{timezone.localtime(entry.at):%H:%M}"
    return f"{lines}\n>\n> — [{who}{at}]({place_of_entry(incident, entry)})\n\n"


def excerpt_of(incident: Incident, entry: TimelineEntry) -> str:
    """One line with what it carries, and the address that leads back to it."""
    text = "".join(_texts([entry], timezone.get_current_timezone(), has_day=True))
    return f"{text}\n[{incident.label}]({settings.BASE_URL}{place_of_entry(incident, entry)})\n"


def part_markdown(incident: Incident, part: Part) -> Iterator[str]:
    """A part of the timeline under the incident's title, in pieces. Times are in the zone of the moment of the call."""
    words = "Story" if part.is_story else str(EntryKind(part.kind).label) if part.kind else "Timeline"
    heading = f"# {incident.label}: {incident.title}\n\n## {words}\n\n"
    return _pieces(heading, incident, part, timezone.get_current_timezone())


def _pieces(heading: str, incident: Incident, part: Part, zone: tzinfo) -> Iterator[str]:
    yield heading
    rows = part.of(incident).defer("rendered").order_by("at", "pk").iterator(chunk_size=AT_ONCE)
    last: date | None = None
    while some := list(islice(rows, AT_ONCE)):
        yield "".join(_texts(some, zone, last=last))
        last = some[-1].at.astimezone(zone).date()


def _texts(
    entries: Sequence[TimelineEntry], zone: tzinfo, *, last: date | None = None, has_day: bool = False
) -> Iterator[str]:
    """Each entry as an item of a list, with headings for days; `has_day` says the day in the item instead."""
    name_authors(entries)
    name_steps(entries)
    carried = _carried(entries)
    for entry in entries:
        local = entry.at.astimezone(zone)
        day = local.date()
        if day != last and not has_day:
            yield f"### {day:%A} {day.day} {day:%B %Y} ({local:%Z})\n\n"
        last = day
        at = f"{local:%Y-%m-%d %H:%M %Z}" if has_day else f"{local:%H:%M}"
        yield _text(entry, at, carried[entry.pk])


def _text(entry: TimelineEntry, at: str, carried: list[str]) -> str:
    who = f", {entry.author.shown_name}" if entry.author else ""
    said = entry.body.strip() or change_words(entry)
    parts = [part for part in (said, *carried) if part]
    inside = "\n\n".join(indented(part, "  ") for part in parts)
    return f"- **{at} {entry.get_kind_display()}**{who}\n" + (f"\n{inside}\n\n" if inside else "")


def _carried(entries: Sequence[TimelineEntry]) -> dict[int, list[str]]:
    """Code in fences and links to files, by entry."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = [entry.pk for entry in entries]
    for snippet in Snippet.objects.filter(entry__in=wanted).defer("highlighted"):
        found[snippet.entry_id or 0].append(fenced(snippet_data(snippet)))
    for file in Attachment.objects.filter(entry__in=wanted).defer("text"):
        words = file.caption or file.filename
        found[file.entry_id or 0].append(f"[{words}]({settings.BASE_URL}{file.get_absolute_url()})")
    return found
