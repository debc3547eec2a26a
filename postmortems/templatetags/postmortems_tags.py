"""What other apps' templates show of postmortems, and how this app's templates write causes and differences."""

import difflib
from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse

from incidents.models import Incident
from postmortems.models import ActionState, Postmortem

register = template.Library()

# Beyond this a difference is shown from its beginning only.
DIFF_LINES = 2_000
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
def field_at(form: Any, name: str) -> Any:
    """A field of a form by its name."""
    return form[name]


@register.simple_tag
def difference(theirs: str, yours: str) -> list[tuple[str, str]]:
    """The lines of both texts, each "same", "del" (only theirs) or "add" (only yours)."""
    before, after = theirs.splitlines()[:DIFF_LINES], yours.splitlines()[:DIFF_LINES]
    found: list[tuple[str, str]] = []
    for kind, start, end, first, last in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            found += [("same", line) for line in before[start:end]]
        else:
            found += [("del", line) for line in before[start:end]]
            found += [("add", line) for line in after[first:last]]
    return found
