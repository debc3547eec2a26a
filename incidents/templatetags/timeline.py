"""How templates draw lines of the timeline, and what changed in them."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from hindsight.lib import differences
from incidents.models import Incident
from incidents.pages.entries import Look, line_html, lines_html
from incidents.pages.material import Carried
from incidents.pages.timeline import Timeline

register = template.Library()


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
