"""What can be done with a step: drawn from stencils, since a tree has many steps and each says nearly the same."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from hindsight.lib.stencil import Stencil
from incidents.models import DiagnosisStep, Outcome
from incidents.pages.diagnosis import Node

register = template.Library()

_MENU = Stencil("incidents/_step_menu.html", ("base", "page", "pk", "number", "csrf_token"), outcomes=Outcome.choices)
_OUTCOME = Stencil("incidents/_step_outcome.html", ("base", "pk", "number", "csrf_token"), outcomes=Outcome.choices)


@register.simple_tag(takes_context=True)
def step_menu(context: Context, node: Node) -> SafeString:
    """Everything that can be done with a step. Reads `base` (the address of steps), `incident` and `is_board`."""
    step = node.step
    words = {**_words(context, step, node), "page": context["incident"].get_absolute_url()}
    return _MENU.fill(
        words, outcome=str(step.outcome), is_first_check=node.is_first_check, is_board=bool(context.get("is_board"))
    )


@register.simple_tag(takes_context=True)
def step_outcome(context: Context, step: DiagnosisStep, node: Node) -> SafeString:
    """What became of an open step: the form that says so."""
    return _OUTCOME.fill(_words(context, step, node), is_board=bool(context.get("is_board")))


def _words(context: Context, step: DiagnosisStep, node: Node) -> dict[str, object]:
    return {"base": context["base"], "pk": step.pk, "number": node.number, "csrf_token": context.get("csrf_token", "")}
