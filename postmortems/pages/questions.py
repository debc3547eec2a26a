"""The page on which a writer sees which questions a postmortem asks, and may choose others."""

from dataclasses import dataclass

from postmortems.models import Postmortem, TemplateVersion
from postmortems.prompts import QuestionSet
from postmortems.services.choosing import choose, newest_versions


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that the postmortem may move to: what it would ask anew, and which texts it has no section for."""

    version: TemplateVersion
    asked: QuestionSet
    new: list[str]
    kept: list[str]
    is_current: bool
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """What the page shows."""

    offers: list[Offer]
    why: str
    is_newer_there: bool


def read_questions(postmortem: Postmortem) -> Questions:
    """Every offered template in its newest version, the one in use first."""
    written = {row.key: row.title or row.key for row in postmortem.sections.all() if row.body.strip()}
    current = set(postmortem.questions.keys)
    choice = choose(postmortem.incident)
    offers = []
    for version in newest_versions().values():
        asked = version.questions(key=version.template.key, name=version.template.name)
        offers.append(
            Offer(
                version=version,
                asked=asked,
                new=[prompt.title for prompt in asked.sections if prompt.key not in current],
                kept=[title for key, title in written.items() if key in current and key not in asked.keys],
                is_current=version.pk == postmortem.template_id,
                is_suggested=version.pk == choice.version.pk,
            )
        )
    in_use = postmortem.template_key
    offers.sort(key=lambda offer: (not offer.is_current, offer.version.template.key != in_use, offer.version.pk))
    newer = any(offer.version.template.key == in_use and not offer.is_current for offer in offers)
    return Questions(offers=offers, why=postmortem.template_why, is_newer_there=newer)
