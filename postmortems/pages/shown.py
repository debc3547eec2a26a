"""The parts that reading and writing pages share: sections in order, proofs with their material, the drawn blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from hindsight.lib import markdown
from incidents.models import Attachment, Incident, LogNote
from incidents.pages.diagnosis import Tree
from incidents.pages.lifecycle import durations
from incidents.pages.material import Shelf, ShownSnippet, load_missing_code
from incidents.pages.record import Place, read_record
from incidents.pages.timeline import Timeline
from postmortems.models import ActionItem, ContributingFactor, Evidence, Postmortem, Section
from postmortems.prompts import ACCOUNT, IMPORTED_ACCOUNT, SectionPrompt, template_of
from postmortems.services.publish import EVIDENCE

PART_NAMES = {EVIDENCE: "A proof that passed, or a waiver"}


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section of the page: what it asks, and what stands in it."""

    prompt: SectionPrompt
    row: Section | None

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
        """Its text, rendered."""
        return self.row.html("body") if self.row else SafeString("")

    @property
    def example_html(self) -> SafeString:
        """The example, rendered."""
        return markdown.render(self.prompt.example)

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"section-{self.prompt.key}"


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A proof with the snippet and the file that it shows."""

    row: Evidence
    snippet: ShownSnippet | None
    file: Attachment | None

    @property
    def detail_html(self) -> SafeString:
        """Its detail, rendered."""
        return self.row.html("detail")

    @property
    def is_watched(self) -> bool:
        """Whether the day up to which it is watched lies ahead."""
        return self.row.watch_until is not None and self.row.watch_until >= timezone.localdate()


@dataclass(frozen=True, slots=True)
class MissingPart:
    """What must still be there before publication, and where it goes."""

    key: str
    title: str
    anchor: str
    is_missing: bool


def sections_of(postmortem: Postmortem) -> list[ShownSection]:
    """All sections of its template in their order; an imported account comes first when there is one."""
    rows = {row.key: row for row in postmortem.sections.all()}
    template = template_of(postmortem.template_key, postmortem.template_version)
    prompts = template.sections
    if ACCOUNT in rows and rows[ACCOUNT].body.strip():
        prompts = (prompts[0], IMPORTED_ACCOUNT, *prompts[1:])
    return [ShownSection(prompt, rows.get(prompt.key)) for prompt in prompts]


def proofs_of(postmortem: Postmortem) -> list[ShownProof]:
    """Its proofs in the order in which they were made."""
    shelf = Shelf()
    rows = list(postmortem.evidence.select_related("by", "snippet", "attachment"))
    load_missing_code(row.snippet for row in rows if row.snippet)
    return [ShownProof(row, shelf.show(row.snippet) if row.snippet else None, row.attachment) for row in rows]


def checklist(postmortem: Postmortem, absent: Iterable[str]) -> list[MissingPart]:
    """Every required part, with the place that it goes to, and whether it is missing."""
    gone = set(absent)
    template = template_of(postmortem.template_key, postmortem.template_version)
    parts = [
        MissingPart(prompt.key, prompt.title, f"section-{prompt.key}", prompt.key in gone)
        for prompt in template.sections
        if prompt.is_required
    ]
    return [*parts, MissingPart(EVIDENCE, PART_NAMES[EVIDENCE], "evidence", EVIDENCE in gone)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the incident says by itself: times, timeline, diagnosis, what is to be done."""

    incident: Incident
    timeline: Timeline
    tree: Tree
    log_notes: list[LogNote]
    durations: list[tuple[str, timedelta]]
    actions: list[ActionItem]
    factors: list[ContributingFactor]


def draw(incident: Incident, postmortem: Postmortem | None) -> Drawn:
    """The drawn blocks, in a constant number of queries."""
    record = read_record(incident, Place(order="oldest"))
    return Drawn(
        incident=incident,
        timeline=record.timeline,
        tree=record.tree,
        log_notes=record.log_notes,
        durations=durations(incident, timezone.now()),
        actions=actions_of(incident),
        factors=list(postmortem.factors.all()) if postmortem else [],
    )


def actions_of(incident: Incident) -> list[ActionItem]:
    """What is to be done, what is left of it first."""
    rows = list(ActionItem.objects.filter(incident=incident).select_related("owner"))
    return sorted(rows, key=lambda row: row.is_finished)
