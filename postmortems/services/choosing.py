"""Choosing the template of a postmortem: by rules over severity, kind, service and tag, with the reason in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from incidents.models import Incident, Kind, Severity
from postmortems.models import Template, TemplateRule, TemplateVersion
from postmortems.services.shipping import ensure_templates
from postmortems.shipped import STANDARD


@dataclass(frozen=True, slots=True)
class Choice:
    """A published version, and in words why it is this one."""

    version: TemplateVersion
    why: str

    @property
    def template(self) -> Template:
        """The template that it is a version of."""
        return self.version.template


def choose(incident: Incident) -> Choice:
    """The template that the rules give to an incident; the first rule that fits decides, else the default."""
    versions = newest_versions()
    for rule in ordered_rules():
        if rule.template_id in versions and fits(rule, incident):
            return Choice(versions[rule.template_id], f"Chosen because {describe(rule)}.")
    default = next((row for row in versions.values() if row.template.is_default), None)
    return Choice(default or next(iter(versions.values())), "Chosen because no rule says otherwise.")


def standard() -> Choice:
    """The standard questions, for records that were brought in."""
    versions = newest_versions()
    rows = list(versions.values())
    found = next((row for row in rows if row.template.key == STANDARD.key), None)
    return Choice(found or next((row for row in rows if row.template.is_default), rows[0]), "")


def newest_versions() -> dict[int, TemplateVersion]:
    """The newest published version of each template that is offered, by the template's id."""
    rows = _published()
    if not rows:
        # An empty table: this database was never told of the shipped ones.
        ensure_templates(now=timezone.now())
        rows = _published()
    return {row.template_id: row for row in rows}


def _published() -> list[TemplateVersion]:
    offered = TemplateVersion.objects.filter(published_at__isnull=False, template__archived_at=None)
    return list(offered.select_related("template").order_by("template_id", "number"))


def ordered_rules() -> list[TemplateRule]:
    """All rules in the order in which they are asked."""
    return list(TemplateRule.objects.select_related("template", "service"))


def fits(rule: TemplateRule, incident: Incident) -> bool:
    """Whether all conditions of a rule hold for an incident; a rule without conditions fits none."""
    if not (rule.severities or rule.kind or rule.service_id or rule.tag):
        return False
    return (
        (not rule.severities or incident.severity in rule.severities)
        and (not rule.kind or incident.kind == rule.kind)
        and (not rule.service_id or any(row.pk == rule.service_id for row in incident.services.all()))
        and (not rule.tag or any(row.name == rule.tag for row in incident.tags.all()))
    )


def describe(rule: TemplateRule) -> str:
    """The conditions of a rule in words: "severity is SEV3 or SEV4 and the kind is near miss"."""
    parts = []
    if rule.severities:
        parts.append(f"the severity is {_either(Severity(value).label for value in rule.severities)}")
    if rule.kind:
        parts.append(f"the kind is {Kind(rule.kind).label.lower()}")
    if rule.service is not None:
        parts.append(f"the service is {rule.service.name}")
    if rule.tag:
        parts.append(f"the tag is {rule.tag}")
    return " and ".join(parts) or "it has no condition"


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)
