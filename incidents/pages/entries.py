"""Lines of the timeline as HTML.

They are written here and not in a template because a page has hundreds of them: this takes a tenth of the time.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any

from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from hindsight.lib.markup import escaped
from hindsight.lib.time import duration_text
from incidents.models import EntryKind, EntrySource, TimelineEntry
from incidents.pages.material import Carried
from incidents.pages.timeline import Line

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TOOL = "button button-quiet button-sm button-icon"
KIND_LABELS = {kind.value: str(kind.label) for kind in EntryKind}


@dataclass(frozen=True, slots=True)
class Look:
    """What a line needs of the page: the incident's address, who reads, and how what it carries is drawn."""

    address: str
    can_write: bool
    has_tools: bool
    # Where the page shows no steps, links to them ask for the page that does.
    has_steps: bool
    material: Callable[[Carried], str]
    # Of the reader.
    zone: tzinfo = field(default_factory=timezone.get_current_timezone)


def lines_html(lines: list[Line], look: Look) -> SafeString:
    """One `<li>` a line, with marks of days and gaps before it."""
    return SafeString("".join(_marked(line, look) for line in lines))


def line_html(line: Line, look: Look) -> SafeString:
    """The `<li>` of one line. Its `data-at` orders it; its `data-v` changes when anything in it does."""
    return stamped(line, look)[1]


def stamped(line: Line, look: Look) -> tuple[str, SafeString]:
    """The `<li>` of one line, and before it which line that is and its `data-v`."""
    entry = line.entry
    inner = "".join(_parts(line, look))
    classes = f"entry entry-{entry.kind}{'' if entry.body or line.carried else ' entry-compact'}"
    key = " is-key" if entry.is_key else ""
    version = f"{zlib.crc32(f'{key}{inner}'.encode()):08x}"
    return f"{entry.pk}-{version}", SafeString(
        f'<li class="{classes}{key}" id="entry-{entry.pk}" data-at="{(entry.at - EPOCH) // MICROSECOND}"'
        f' data-v="{version}">{inner}</li>'
    )


def day_html(day: date) -> str:
    """The mark of a day."""
    return f'<li class="timeline-day" data-day="{day}">{day:%A} {day.day} {day:%B %Y}</li>'


def _marked(line: Line, look: Look) -> str:
    gap = f'<li class="timeline-gap">{duration_text(_whole(line.gap))} without an entry</li>' if line.gap else ""
    return gap + (day_html(line.day) if line.day else "") + line_html(line, look)


def _whole(gap: timedelta) -> timedelta:
    return gap - gap % MINUTE


def _parts(line: Line, look: Look) -> Iterator[str]:
    entry = line.entry
    local = entry.at.astimezone(look.zone)
    clock = _clock(local)
    yield f'<div class="entry-when"><a href="#entry-{entry.pk}">{_moment(local, clock)}</a></div>'
    yield _icon(entry.kind)
    yield f'<div class="entry-body"><div class="entry-head"><span class="entry-kind">{KIND_LABELS[entry.kind]}</span>'
    yield _said(entry, look)
    yield _whence(line, look)
    yield _tools(line, look, clock)
    yield "</div>"
    if entry.body:
        yield f'<div class="prose prose-compact" dir="auto">{entry.html("body")}</div>'
    if line.carried:
        yield look.material(line.carried)
    if line.cited:
        yield _cited(line, look)
    yield "</div>"


def _cited(line: Line, look: Look) -> str:
    """The steps that rest on a line, as links."""
    place = "" if look.has_steps else look.address
    links = {one.step: f'<a href="{place}#step-{one.step}">step {escaped(one.number)}</a>' for one in line.cited}
    return f'<p class="code-note"><span class="cited-by">Evidence for {", ".join(links.values())}</span></p>'


def _said(entry: TimelineEntry, look: Look) -> str:
    """What a line says that the system wrote."""
    if entry.body:
        return ""
    said = SAID.get(entry.kind)
    return said(entry, entry.data, look) if said else ""


def _status(entry: TimelineEntry, data: dict[str, Any], look: Look) -> str:
    to, before = str(data.get("to", "")), str(data.get("from", ""))
    words = f'<span class="status status-{escaped(to)}">{escaped(to.capitalize())}</span>'
    if before:
        words += f'<span class="faint">was {escaped(before)}</span>'
    elif data.get("severity"):
        words += _sev(data["severity"])
    reason = data.get("reason")
    return f'{words}<span dir="auto">{escaped(reason)}</span>' if reason else words


def _severity(entry: TimelineEntry, data: dict[str, Any], look: Look) -> str:
    return f'{_sev(data.get("to", ""))}<span class="faint">was {escaped(data.get("from", ""))}</span>'


def _sev(value: object) -> str:
    return f'<span class="sev {escaped(value)}">{escaped(value)}</span>'


def _role(entry: TimelineEntry, data: dict[str, Any], look: Look) -> str:
    role = str(data.get("role") or "lead").capitalize()
    words = f'<span>{escaped(role)}: <bdi class="person">{escaped(data.get("to") or "nobody")}</bdi></span>'
    before = data.get("from")
    return f'{words}<span class="faint">was <bdi>{escaped(before)}</bdi></span>' if before else words


def _diagnosis(entry: TimelineEntry, data: dict[str, Any], look: Look) -> str:
    step = entry.step
    if step is None:
        return ""
    outcome = str(data.get("to") or step.outcome)
    place = "" if look.has_steps else f"{look.address}?step={step.pk}"
    return (
        f'<span class="outcome outcome-{escaped(outcome)}">{escaped(outcome.replace("_", " ").capitalize())}</span>'
        f'<a class="entry-step" href="{place}#step-{step.pk}" dir="auto">{escaped(step.hypothesis)}</a>'
    )


SAID: dict[str, Callable[[TimelineEntry, dict[str, Any], Look], str]] = {
    EntryKind.STATUS.value: _status,
    EntryKind.SEVERITY.value: _severity,
    EntryKind.ROLE.value: _role,
    EntryKind.DIAGNOSIS.value: _diagnosis,
}


def _whence(line: Line, look: Look) -> str:
    """Who wrote it, how, when it was noted if that was another time, and whether it was corrected."""
    entry = line.entry
    words = f'<bdi class="person entry-author">{escaped(entry.author.shown_name)}</bdi>' if entry.author else ""
    if entry.source == EntrySource.API:
        words += '<span class="faint">by API</span>'
    if line.is_late:
        local = entry.noted_at.astimezone(look.zone)
        is_same_day = local.date() == entry.at.astimezone(look.zone).date()
        shown = _clock(local) if is_same_day else f"{local.day} {MONTHS[local.month]}, {_clock(local)}"
        words += f'<span class="faint">noted {_moment(local, shown)}</span>'
    if entry.version > 1:
        words += f'<a class="entry-edited" href="{look.address}entries/{entry.pk}/#history">edited</a>'
    if entry.is_key:
        words += f'<span class="entry-key">{_small("pin")}Key moment</span>'
    return words


def _tools(line: Line, look: Look, at: str) -> str:
    if not look.has_tools:
        return ""
    entry = line.entry
    address = f"{look.address}entries/{entry.pk}/"
    edit = (
        f'<a class="{TOOL} entry-correct" href="{address}edit/" aria-label="Correct the line of {at}"'
        f' title="Correct">{_small("pencil")}</a>'
        if look.can_write and line.is_editable
        else ""
    )
    return (
        f'<span class="entry-tools">{edit}<a class="{TOOL} entry-more" href="{address}"'
        f' aria-label="More on the line of {at}" title="Pin, quote, copy">{_small("ellipsis")}</a></span>'
    )


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _moment(local: datetime, shown: str) -> str:
    """A moment as its reader's clock has it, with UTC in its title. Written out: a format is read anew each time."""
    utc = local.astimezone(UTC)
    day = f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month]} {local.year}"
    title = f"{day}, {_clock(local)}:{local.second:02} {local.tzname()} · {_clock(utc)} UTC"
    return f'<time datetime="{utc.isoformat("T", "seconds")[:19]}Z" title="{title}">{shown}</time>'


@cache
def _icon(kind: str) -> str:
    return render_to_string("components/entry_icon.html", {"kind": kind}).strip()


@cache
def _small(name: str) -> str:
    markup = "{% load lucide %}{% lucide name size=14 aria_hidden='true' %}"
    return engines["django"].from_string(markup).render({"name": name}).strip()
