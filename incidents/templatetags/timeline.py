"""How templates draw lines of the timeline, and what changed in them."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from hindsight.lib import differences
from hindsight.lib.stencil import Stencil
from incidents.models import EntryKind, Incident
from incidents.pages.entries import Look, line_html, lines_html
from incidents.pages.material import Carried
from incidents.pages.timeline import Timeline

register = template.Library()

CURRENT = ' aria-current="true"'
_BAR = Stencil("incidents/_timeline_bar.html", ("address", "order", "kinds", "only"))


@register.simple_tag(takes_context=True)
def timeline_bar(context: Context, timeline: Timeline) -> SafeString:
    """Which lines are shown, and in which order. Reads `incident`."""
    incident: Incident = context["incident"]
    part, counts = timeline.part, dict(timeline.kinds)
    words: dict[str, object] = {
        "address": incident.get_absolute_url(),
        "order": timeline.order_word,
        "kinds": _kinds(timeline, incident.get_absolute_url()),
        "only": EntryKind(part.kind).label if part.kind in counts else "",
    }
    return _BAR.fill(
        words, query=part.query, kind=part.kind, is_story=part.is_story, newest_first=timeline.newest_first
    )


def _kinds(timeline: Timeline, address: str) -> SafeString:
    """The menu of kinds, each with how many there are."""
    return SafeString(
        "".join(
            f'<a class="menu-item" data-part href="{address}?kind={kind.value}&amp;order={timeline.order_word}#log"'
            f"{CURRENT if kind == timeline.part.kind else ''}>{kind.label}"
            f' <span class="count">{count}</span></a>'
            for kind, count in timeline.kinds
        )
    )


@register.simple_tag(takes_context=True)
def timeline_lines(context: Context, timeline: Timeline, *, bare: bool = False) -> SafeString:
    """The lines of a timeline, with marks of days and gaps unless `bare`.

    Reads `incident`, `can_write`, `linked_steps` (the page shows the steps) and `line_tools` (the menu of a line is
    there for readers too).
    """
    look = look_of(context)
    if bare:
        return SafeString("".join(line_html(line, look) for line in timeline.lines))
    return lines_html(timeline.lines, look)


def look_of(context: Context) -> Look:
    """What lines need to know of the page that is being rendered."""
    incident: Incident = context["incident"]
    can_write = bool(context.get("can_write"))
    return Look(
        address=incident.get_absolute_url(),
        can_write=can_write,
        has_tools=can_write or bool(context.get("line_tools")),
        has_steps=bool(context.get("linked_steps")),
        material=lambda carried: _material(context, carried),
    )


def _material(context: Context, carried: Carried) -> str:
    assert context.template is not None
    material = context.template.engine.get_template("incidents/_material.html")
    with context.push(carried=carried):
        return material.render(context)


@register.simple_tag
def word_difference(before: str, after: str) -> SafeString:
    """What changed between two texts, word by word."""
    return differences.words(before, after)
