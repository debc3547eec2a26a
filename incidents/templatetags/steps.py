"""Steps of the diagnosis: drawn from stencils, since a tree has many steps and each says nearly the same."""

from collections.abc import Iterator

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from hindsight.lib.markup import escaped
from hindsight.lib.stencil import Stencil
from incidents.models import DiagnosisStep, Outcome
from incidents.pages.diagnosis import Node, Tree
from incidents.templatetags.incidents import moment, span, span_until

register = template.Library()

_CARD = Stencil(
    "incidents/_step_card.html",
    (
        *("base", "page", "pk", "number", "csrf_token", "hypothesis", "action", "finding", "material", "evidence"),
        *("at", "author", "since", "decided_by", "taken", "outcome_label", "outcome_lower"),
    ),
    outcomes=Outcome.choices,
)
_LABELS = {outcome.value: str(outcome.label) for outcome in Outcome}


@register.simple_tag(takes_context=True)
def step_tree(context: Context, tree: Tree) -> SafeString:
    """All steps of a tree as nested lists.

    Reads `base` (the address of steps), `incident`, `can_write`, `is_board` and `now`.
    """
    page = context["incident"].get_absolute_url()
    return SafeString("".join(part for node in tree.nodes for part in _parts(context, node, page)))


def _parts(context: Context, node: Node, page: str) -> Iterator[str]:
    step = node.step
    if node.opens:
        yield '<ol class="steps">'
    if node.fold:
        fold = escaped(node.fold[0].upper() + node.fold[1:])
        yield f'<li class="step-fold"><details id="{node.fold_key}"><summary>{fold}</summary><ol class="steps">'
    path = " step-path" if node.is_path else ""
    yield f'<li class="step step-{step.outcome}{path}" id="step-{step.pk}">'
    yield _card(context, node, page)
    yield f'<div id="under-{step.pk}"></div>'
    for folds in node.closes:
        yield "</li></ol></details></li></ol>" if folds else "</li></ol>"


def _card(context: Context, node: Node, page: str) -> str:
    step = node.step
    label = _LABELS[step.outcome]
    taken = step.open_for
    by_another = bool(step.decided_by and step.decided_by_id != step.author_id)
    words = {
        "base": context["base"],
        "page": page,
        "pk": step.pk,
        "number": node.number,
        "csrf_token": context.get("csrf_token", ""),
        "hypothesis": step.hypothesis,
        "action": step.html("action") if step.action else "",
        "finding": step.html("finding") if step.finding else "",
        "material": _drawn(context, "incidents/_step_material.html", node) if node.carried else "",
        "evidence": _drawn(context, "incidents/_step_evidence.html", node) if node.evidence else "",
        "at": moment(step.at, "short"),
        "author": step.author.shown_name if step.author else "",
        "since": span_until(step.at, context.get("now")) if step.outcome == Outcome.OPEN else "",
        "decided_by": step.decided_by.shown_name if step.decided_by else "",
        "taken": span(taken) if taken else "",
        "outcome_label": label,
        "outcome_lower": label.lower(),
    }
    return _CARD.fill(
        words,
        outcome=str(step.outcome),
        can_write=bool(context.get("can_write")),
        is_board=bool(context.get("is_board")),
        is_first_check=node.is_first_check,
        **_facts(step),
        by_another=by_another,
        has_taken=bool(taken),
    )


def _facts(step: DiagnosisStep) -> dict[str, bool]:
    """Which facts of a step are known."""
    return {
        "has_action": bool(step.action),
        "has_finding": bool(step.finding),
        "has_author": step.author is not None,
        "is_decided": step.decided_at is not None,
    }


def _drawn(context: Context, name: str, node: Node) -> str:
    """What few steps have, by its template."""
    assert context.template is not None
    part = context.template.engine.get_template(name)
    with context.push(node=node):
        return part.render(context)
