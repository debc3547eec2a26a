"""Moments, durations and icons as the record's pages write them; made to be cheap in long lists."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib.forms import new_once
from hindsight.lib.languages import BY_KEY
from hindsight.lib.languages import CHOICES as LANGUAGES
from hindsight.lib.rendered import RenderedModel
from hindsight.lib.time import duration_iso, duration_text
from incidents.answers import Answer
from incidents.models import WRITABLE_KINDS, EntryKind, Incident, LogNote
from incidents.pages.margin import Margin
from incidents.pages.material import ShownSnippet

register = template.Library()

LANGUAGE_CHOICES = [("", "Guess the language"), *LANGUAGES]
KIND_VALUES = {kind.value for kind in WRITABLE_KINDS}
FORMATS = {"clock": "%H:%M", "short": "%-d %b, %H:%M", "date": "%-d %b %Y", "full": "%-d %b %Y, %H:%M"}


@register.simple_tag
def moment(at: datetime | None, style: str = "full", *, relative: bool = False) -> SafeString:
    """A moment in the reader's zone, with UTC in its title; nothing for none.

    Styles: clock, short (with its year where that is not this one), date, full. `relative` lets the script of every
    page write "3 min ago" and keep it true.
    """
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    if style == "short" and local.year != timezone.localtime().year:
        style = "full"
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{local:%a %-d %b %Y, %H:%M:%S %Z} · {at.astimezone(UTC):%H:%M} UTC",
        SafeString(" data-relative" if relative else ""),
        local.strftime(FORMATS[style]),
    )


@register.simple_tag
def span(value: timedelta | None) -> SafeString:
    """A duration in words; nothing for none or for one that runs backwards."""
    if value is None or value < timedelta(0):
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', duration_iso(value), duration_text(value))


@register.simple_tag
def span_until(at: datetime, now: datetime | None) -> SafeString:
    """How long ago that was, in words."""
    return span(max((now or timezone.now()) - at, timedelta(0)))


@register.simple_tag
def steps_address(incident: Incident) -> str:
    """The address that those of an incident's steps begin with: resolved once, since a tree has many."""
    return reverse("step_new", args=[incident.number]).removesuffix("new/")


@register.filter
def day(value: datetime) -> str:
    """Tuesday 3 March 2026."""
    return f"{value:%A} {value.day} {value:%B %Y}"


@register.filter
def of(mapping: dict[Any, Any], key: object) -> Any:
    """What a mapping holds under a key."""
    return mapping.get(key)


@register.filter
def commas(number: int) -> str:
    """2,300 lines."""
    return f"{number:,}"


@register.filter
def outcome_word(value: str) -> str:
    """ruled_out as Ruled out."""
    return str(value).replace("_", " ").capitalize()


@register.simple_tag
def entry_icon(kind: str) -> SafeString:
    """The mark of a kind of entry; drawn once, since a timeline repeats it."""
    return _entry_icon(str(kind))


@cache
def _entry_icon(kind: str) -> SafeString:
    return mark_safe(render_to_string("components/entry_icon.html", {"kind": kind}).strip())  # noqa: S308 - our template


@register.simple_tag
def small_icon(name: str) -> SafeString:
    """An icon of 14 px beside words; drawn once."""
    return _small_icon(name)


@cache
def _small_icon(name: str) -> SafeString:
    markup = "{% load lucide %}{% lucide name size=14 aria_hidden='true' %}"
    return template.Template(markup).render(template.Context({"name": name}))


@register.filter
def says(answer: Answer | None) -> str:
    """One line of what a past incident answers: its fix, else its root cause."""
    return (answer.fix or answer.root_cause) if answer else ""


@register.simple_tag
def rendered(row: RenderedModel, name: str) -> SafeString:
    """A markdown field of a row, as HTML."""
    return row.html(name)


@register.simple_tag
def code_lines(snippet: ShownSnippet, pick: str = "", hit: tuple[int, int] | None = None) -> SafeString:
    """The lines of a snippet, each with its number and its anchor, and what it did for the diagnosis.

    `pick` is an address that each number leads to instead of to itself: its line is added to it. `hit` are the first
    and last of those that are chosen.
    """
    name, first = snippet.row.anchor, snippet.first
    href = escape(pick) if pick else f"#{name}-L"
    # One stop of the Tab key a snippet: arrow keys go from number to number. Where a number is a choice, each is one.
    stop = "" if pick else ' tabindex="-1"'
    plain = [
        f'<span class="line" id="{name}-L{at}"><a class="ln" href="{href}{at}"{stop if at > first else ""}>{at}</a>'
        f"{line}\n</span>"
        for at, line in enumerate(snippet.lines, first)
    ]
    margin = snippet.margin or Margin()
    for at, note in margin.marks(snippet.row.pk).items():
        if first <= at < first + len(plain):
            plain[at - first] = _marked(plain[at - first], note, page=margin.page, is_first=at == note.first_line)
    for at in range(max(hit[0], first), min(hit[1], snippet.last) + 1) if hit else ():
        plain[at - first] = plain[at - first].replace('class="line', 'class="line is-hit', 1)
    return SafeString("".join(plain))


def _marked(line: str, note: LogNote, *, page: str, is_first: bool) -> str:
    """A line with the colour of its verdict; the first of a range says it in a word."""
    word = (
        f'<a class="line-mark" href="{page}#{note.anchor}" title="{escape(note.note or note.emitted_by)}">'
        f"{note.get_verdict_display()}</a>"
        if is_first
        else ""
    )
    begun = line.replace('class="line"', f'class="line line-{note.verdict}"', 1)
    return begun.removesuffix("\n</span>") + f"{word}\n</span>"


@register.simple_tag
def cited_by(margin: Margin | str | None, kind: str, pk: object) -> SafeString:
    """The steps that rest on a source, as links; nothing for none, and for a page that did not read them."""
    if not isinstance(margin, Margin) or not (cited := margin.cited(kind, pk)):
        return SafeString("")
    places = {(f"{margin.page}#step-{one.step}", one.number): None for one in cited}
    links = format_html_join(", ", '<a href="{}">step {}</a>', places)
    return format_html('<span class="cited-by">Evidence for {}</span>', links)


@register.simple_tag
def hidden_initial(field: BoundField) -> SafeString:
    """What a field showed at first, for one that is drawn choice by choice."""
    return field.as_hidden(only_initial=True)


@register.simple_tag
def language_options(chosen: str | None) -> SafeString:
    """The options of a box for languages; drawn once, since a form's widget draws each on its own."""
    return _language_options(chosen if chosen and chosen in BY_KEY else "")


@cache
def _language_options(chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((key, SafeString(" selected" if key == chosen else ""), label) for key, label in LANGUAGE_CHOICES),
    )


@register.simple_tag
def kind_options(chosen: str | None) -> SafeString:
    """The options of a box for the kinds of entries that people write."""
    return _kind_options(chosen if chosen and chosen in KIND_VALUES else EntryKind.NOTE.value)


@cache
def _kind_options(chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((kind.value, SafeString(" selected" if kind == chosen else ""), kind.label) for kind in WRITABLE_KINDS),
    )


@register.simple_tag
def once(nonce: str = "") -> SafeString:
    """A hidden nonce for a form that is written by hand: sent twice, it acts once. A stencil gets it from outside."""
    return format_html('<input type="hidden" name="once" value="{}" autocomplete="off">', nonce or new_once())
