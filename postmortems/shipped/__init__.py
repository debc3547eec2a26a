"""The templates that come with Hindsight, and the rules that they are chosen by until a team says otherwise."""

from dataclasses import dataclass

from incidents.models import Kind, Severity
from postmortems.prompts import ACCOUNT, IMPORTED_ACCOUNT, QuestionSet, SectionPrompt, kept_section

from .first import FIRST_STANDARD
from .near_miss import NEAR_MISS
from .security import SECURITY
from .short import SHORT
from .standard import STANDARD

__all__ = [
    "FIRST_STANDARD",
    "NEAR_MISS",
    "RULES",
    "SECURITY",
    "SHIPPED",
    "SHORT",
    "STANDARD",
    "ShippedRule",
    "known_section",
    "prompt_of",
]

# Every version that was ever shipped, oldest first: what was begun with one keeps it.
SHIPPED: dict[str, tuple[QuestionSet, ...]] = {
    STANDARD.key: (FIRST_STANDARD, STANDARD),
    SHORT.key: (SHORT,),
    NEAR_MISS.key: (NEAR_MISS,),
    SECURITY.key: (SECURITY,),
}


@dataclass(frozen=True, slots=True)
class ShippedRule:
    """Which incidents get a template."""

    template: str
    severities: tuple[str, ...] = ()
    kind: str = ""
    tag: str = ""


RULES = (
    ShippedRule(SECURITY.key, tag="security"),
    ShippedRule(NEAR_MISS.key, kind=Kind.NEAR_MISS),
    ShippedRule(SHORT.key, severities=(Severity.SEV3, Severity.SEV4)),
)


def known_section(key: str) -> SectionPrompt | None:
    """A section of the standard questions: its key is taken by the API whatever a postmortem's template asks."""
    return STANDARD.section(key)


def prompt_of(asked: QuestionSet, key: str, title: str = "") -> SectionPrompt:
    """The section that a stored text belongs to: of its template, the imported account, or one that was kept."""
    if key == ACCOUNT:
        return IMPORTED_ACCOUNT
    return asked.section(key) or kept_section(key, title, known_section(key))
