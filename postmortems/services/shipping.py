"""Putting the templates that come with Hindsight into the database, at every upgrade, without touching a team's own."""

from datetime import datetime

from django.db import transaction

from postmortems.models import Postmortem, Template, TemplateRule, TemplateVersion
from postmortems.prompts import QuestionSet
from postmortems.shipped import FIRST_STANDARD, RULES, SHIPPED, STANDARD


@transaction.atomic
def ensure_templates(*, now: datetime) -> None:
    """Add the shipped templates that are absent, and newer shipped versions of those that nobody changed.

    Safe to repeat. A template whose newest version is a team's own keeps it; an archived one stays archived; rules come
    with their template and are never added again. Postmortems that name no version are tied to the one they began with.
    """
    made = {}
    for key, releases in SHIPPED.items():
        template = Template.objects.filter(key=key).first()
        if template is None:
            made[key] = template = _made(releases[-1], now=now)
        _ship(template, releases, now=now)
    _add_rules(made)
    _tie()


def _made(latest: QuestionSet, *, now: datetime) -> Template:
    return Template.objects.create(
        key=latest.key,
        name=latest.name,
        purpose=latest.purpose,
        is_default=latest.key == STANDARD.key and not Template.objects.filter(is_default=True).exists(),
        created_at=now,
    )


def _add_rules(made: dict[str, Template]) -> None:
    """The shipped rules of new templates, in their order, after the rules that there are."""
    last = TemplateRule.objects.order_by("-position").values_list("position", flat=True).first() or 0
    wanted = [rule for rule in RULES if rule.template in made]
    TemplateRule.objects.bulk_create(
        TemplateRule(
            template=made[rule.template],
            position=last + at,
            severities=[*rule.severities],
            kind=rule.kind,
            tag=rule.tag,
        )
        for at, rule in enumerate(wanted, start=1)
    )


def _ship(template: Template, releases: tuple[QuestionSet, ...], *, now: datetime) -> None:
    """The releases that the template lacks, as long as its newest published version is one of ours."""
    versions = list(template.versions.order_by("number"))
    published = [version for version in versions if version.is_published]
    if published and not published[-1].shipped:
        return
    have = published[-1].shipped if published else 0
    number = versions[-1].number if versions else 0
    for release in releases:
        if release.version <= have:
            continue
        number += 1
        TemplateVersion.objects.create(
            template=template,
            number=number,
            shipped=release.version,
            sections=[section.as_json() for section in release.sections],
            created_at=now,
            published_at=now,
        )


def _tie() -> None:
    """Tie what was begun before templates were data to the first standard questions, which it was begun with."""
    untied = Postmortem.objects.filter(template=None)
    if untied.exists():
        first = TemplateVersion.objects.get(template__key=STANDARD.key, shipped=FIRST_STANDARD.version)
        untied.update(template=first, template_key=STANDARD.key, template_version=first.number)
