"""The parts that reading and writing pages share: sections in order, proofs with their material, the checklist."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from accounts.models import User
from hindsight.lib import markdown
from hindsight.lib.kept import Kept
from incidents.models import Incident
from postmortems.models import Postmortem, Section
from postmortems.pages.citations import Citations
from postmortems.pages.headings import Heading, listed
from postmortems.pages.polish import polished
from postmortems.pages.proofs import ShownProof, with_recurrences
from postmortems.prompts import ACCOUNT, SectionPrompt
from postmortems.services.publish import EVIDENCE, REVIEW, required
from postmortems.shipped import prompt_of

_SECTIONS = Kept(lambda row: Section.objects.filter(postmortem=row).select_related("updated_by"))
# Characters of a text that may stand in large letters.
SHORT = 900
PART_NAMES = {EVIDENCE: "A proof that passed, or a waiver", REVIEW: "An approved review"}


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section of the page: what it asks, and what stands in it."""

    prompt: SectionPrompt
    row: Section | None
    citations: Citations | None = None
    is_brought_in: bool = False

    @property
    def body(self) -> str:
        """Its text."""
        return self.row.body if self.row else ""

    @property
    def version(self) -> int:
        """The version of the text; 0 before there is any."""
        return self.row.version if self.row else 0

    @property
    def is_written(self) -> bool:
        """Whether there is any text."""
        return bool(self.body.strip())

    @property
    def html(self) -> SafeString:
        """Its text, rendered, with what it cites as that is now."""
        html = polished(self._plain_html, self.anchor, is_brought_in=self.is_brought_in)
        return self.citations.html(html) if self.citations else html

    @property
    def is_short(self) -> bool:
        """Whether it can stand in large letters."""
        return len(self.body) <= SHORT

    @property
    def headings(self) -> list[Heading]:
        """Its own headings, for the table of contents of a long page."""
        return listed(self._plain_html, self.anchor)

    @property
    def _plain_html(self) -> SafeString:
        return self.row.html("body") if self.row else SafeString("")

    @property
    def markdown(self) -> str:
        """Its text for an export."""
        return self.citations.markdown(self.body) if self.citations else self.body

    @property
    def example_html(self) -> SafeString:
        """The example, rendered."""
        return markdown.render(self.prompt.example)

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"section-{self.prompt.key}"


@dataclass(frozen=True, slots=True)
class MissingPart:
    """What must still be there before publication, and where it goes."""

    key: str
    title: str
    anchor: str
    is_missing: bool


def sections_of(postmortem: Postmortem) -> list[ShownSection]:
    """All sections of its template in their order, then texts that it does not ask for.

    An imported account comes after the first section.
    """
    rows = {row.key: row for row in _SECTIONS.rows(postmortem.pk)}
    asked = postmortem.questions
    prompts = list(asked.sections)
    others = [row for row in rows.values() if row.body.strip() and not asked.section(row.key)]
    kept = [prompt_of(asked, row.key, row.title) for row in others]
    prompts[1:1] = [prompt for prompt in kept if prompt.key == ACCOUNT]
    prompts += [prompt for prompt in kept if prompt.key != ACCOUNT]
    written_elsewhere = postmortem.is_brought_in
    return [ShownSection(prompt, rows.get(prompt.key), is_brought_in=written_elsewhere) for prompt in prompts]


def cited(
    sections: list[ShownSection], proofs: list[ShownProof], *, reader: User, incident: Incident
) -> tuple[list[ShownSection], list[ShownProof]]:
    """The same with what their texts cite, as `reader` may see it: looked up once for all of them."""
    texts = [*(section.body for section in sections), *(proof.row.detail for proof in proofs)]
    citations = Citations(texts, reader=reader, incident=incident)
    return (
        [replace(section, citations=citations) for section in sections],
        with_recurrences([replace(proof, citations=citations) for proof in proofs], reader=reader),
    )


def checklist(postmortem: Postmortem, absent: Iterable[str]) -> list[MissingPart]:
    """Every required part, with the place that it goes to, and whether it is missing."""
    gone = set(absent)
    asked = postmortem.questions
    parts = []
    for key in required(postmortem):
        title = PART_NAMES.get(key) or prompt_of(asked, key).title
        parts.append(MissingPart(key, title, key if key in PART_NAMES else f"section-{key}", key in gone))
    return parts
