"""What other apps' templates show of postmortems, and how this app's templates write causes and differences."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.defaultfilters import urlizetrunc
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from hindsight.lib import differences
from incidents.models import Incident
from postmortems.models import ActionItem, ActionState, Postmortem
from postmortems.references import without_references

register = template.Library()
# Characters of an address in a text.
ADDRESS_SHOWN = 80
NEXT_STATES = {
    ActionState.OPEN: ((ActionState.DOING, "Start"), (ActionState.DONE, "Done")),
    ActionState.DOING: ((ActionState.DONE, "Done"), (ActionState.OPEN, "Pause")),
    ActionState.DONE: ((ActionState.OPEN, "Reopen"),),
    ActionState.WONT_DO: ((ActionState.OPEN, "Reopen"),),
}


@register.inclusion_tag("postmortems/_postmortem_state.html", takes_context=True)
def postmortem_state(context: dict[str, Any], incident: Incident) -> dict[str, Any]:
    """Where the postmortem of an incident stands, with the way to it: one query.

    In a list of many, let `postmortem_states` fetch them all first.
    """
    known = context.get("postmortem_states")
    row = known.get(incident.pk) if known is not None else Postmortem.objects.filter(incident=incident).first()
    return {
        "postmortem": row,
        "incident": incident,
        "url": reverse("postmortem", args=[incident.number]),
        "can_write": getattr(getattr(context.get("request"), "user", None), "can_write", False),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def load_postmortem_states(context: Any, incidents: Iterable[Incident]) -> str:
    """Fetch the postmortems of all these incidents in one query, for `postmortem_state` in the rows that follow."""
    ids = [incident.pk for incident in incidents]
    context["postmortem_states"] = {row.incident_id: row for row in Postmortem.objects.filter(incident_id__in=ids)}
    return ""


@register.filter
def next_states(state: str) -> tuple[tuple[str, str], ...]:
    """The states that one click leads to, with the word on the button."""
    return NEXT_STATES[ActionState(state)]


@register.filter
def told(action: ActionItem, name: str) -> str:
    """A text of an action item with what it cites in words, for a place that can hold no link; left out of mails."""
    text = str(getattr(action, name))
    return action.cites.words(text) if action.cites else without_references(text)


@register.filter
def linked(action: ActionItem, name: str) -> SafeString:
    """A text of an action item with its addresses and what it cites as links."""
    html = SafeString(urlizetrunc(escape(getattr(action, name)), ADDRESS_SHOWN))
    return action.cites.inline(html) if action.cites else html


@register.filter
def field_at(form: Any, name: str) -> Any:
    """A field of a form by its name."""
    return form[name]


@register.simple_tag
def word_difference(before: str, after: str) -> SafeString:
    """`after`, with what only `before` has in `<del>` and what is new in `<ins>`."""
    return differences.words(before, after)
