"""Editing the rules by which a template is chosen."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from incidents.models import Kind, Service, Severity
from incidents.services.checks import Faults
from postmortems.models import RULE_TAG_LIMIT, Template, TemplateRule
from postmortems.services.choosing import describe

RULES_LIMIT = 50


def add_rule(
    *,
    template: Template,
    by: User,
    now: datetime,
    severities: Sequence[str] = (),
    kind: str = "",
    service: Service | None = None,
    tag: str = "",
) -> TemplateRule:
    """Add a rule after the others; it needs a condition. Raises InvalidError."""
    faults = Faults()
    for severity in severities:
        faults.choice("severities", severity, Severity.values, label="Severity")
    if kind:
        faults.choice("kind", kind, Kind.values, label="Kind")
    tag = faults.line("tag", tag, label="Tag", limit=RULE_TAG_LIMIT).lower()
    if not (severities or kind or service or tag):
        faults.add("severities", "Give at least one condition; without any, the default is what is used.")
    if TemplateRule.objects.count() >= RULES_LIMIT:
        faults.add("severities", f"There are {RULES_LIMIT} rules already; that is the limit.")
    faults.stop_if_any()
    with transaction.atomic():
        last = TemplateRule.objects.order_by("-position").values_list("position", flat=True).first() or 0
        rule = TemplateRule.objects.create(
            template=template, position=last + 1, severities=sorted(severities), kind=kind, service=service, tag=tag
        )
        audit.record(by=by, action="template.rule", target=template.key, now=now, when=describe(rule))
    return rule


def move_rule(*, rule: TemplateRule, by: User, now: datetime, steps: int) -> None:
    """Ask a rule earlier (-1) or later (1)."""
    with transaction.atomic():
        rows = list(TemplateRule.objects.select_for_update().order_by("position", "pk"))
        at = next((at for at, row in enumerate(rows) if row.pk == rule.pk), None)
        if at is None or not 0 <= at + steps < len(rows):
            return
        rows.insert(at + steps, rows.pop(at))
        for position, row in enumerate(rows, start=1):
            row.position = position
        TemplateRule.objects.bulk_update(rows, ["position"])
        audit.record(by=by, action="template.rule_order", target=rule.template.key, now=now, steps=steps)


def remove_rule(*, rule: TemplateRule, by: User, now: datetime) -> None:
    """Take a rule away; what was begun by it keeps its questions."""
    with transaction.atomic():
        audit.record(by=by, action="template.rule_removed", target=rule.template.key, now=now, when=describe(rule))
        TemplateRule.objects.filter(pk=rule.pk).delete()
