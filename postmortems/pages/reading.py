"""The page on which a postmortem is read."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from accounts.models import User
from incidents.models import DetectedBy, Incident, Precision
from postmortems.indexing import one_line_of
from postmortems.models import Postmortem, ProofState
from postmortems.pages.causes import Causes, read_causes
from postmortems.pages.cited_actions import cite_actions
from postmortems.pages.drawn import Drawn, draw
from postmortems.pages.gratitude import Gratitude, read_gratitude
from postmortems.pages.neighbours import Neighbours, read_neighbours
from postmortems.pages.proofs import ShownProof, proofs_of
from postmortems.pages.shown import ShownSection, cited, sections_of
from postmortems.pages.story import FirstLook, Story, first_look, tell
from postmortems.services.publish import missing

# How the diagnosis may be looked at; the first one unless something else is asked for.
VIEWS = {"story": "Story", "tree": "Tree", "first": "Check this first"}
WORDS_A_MINUTE = 220


@dataclass(frozen=True)
class Reading:
    """What the page shows. Before it is begun, `postmortem` is None and there are only the drawn blocks."""

    incident: Incident
    postmortem: Postmortem | None
    sections: list[ShownSection]
    proofs: list[ShownProof]
    drawn: Drawn
    missing: list[str]
    why: Causes = field(default_factory=lambda: Causes([]))
    view: str = "story"

    @cached_property
    def contents(self) -> list[ShownSection]:
        """The sections that have something to read, in the order in which they are read: the summary first."""
        return [section for section in self.parts if self.has_content(section)]

    @cached_property
    def readable(self) -> frozenset[str]:
        """The keys of the sections that have something to read."""
        return frozenset(section.prompt.key for section in self.contents)

    @cached_property
    def parts(self) -> list[ShownSection]:
        """All sections as they are read: the summary first, wherever its template has it."""
        return sorted(self.sections, key=lambda section: section.prompt.key != "summary")

    @property
    def lead(self) -> ShownSection | None:
        """The summary, where it is written."""
        first = self.contents[0] if self.contents else None
        return first if first and first.prompt.key == "summary" else None

    @property
    def rest(self) -> list[ShownSection]:
        """What comes after the lead."""
        return [section for section in self.parts if section is not self.lead]

    @property
    def minutes(self) -> int:
        """How long reading its texts takes."""
        return max(1, round(sum(len(section.body.split()) for section in self.sections) / WORDS_A_MINUTE))

    @property
    def template_name(self) -> str:
        """The template that it answers."""
        if self.postmortem is None:
            return ""
        version = self.postmortem.template
        return version.template.name if version else self.postmortem.questions.name

    @property
    def causes(self) -> list[tuple[str, str]]:
        """The categories of its factors, each once: key and name."""
        return list({factor.category: factor.get_category_display() for factor in self.drawn.factors}.items())

    @property
    def summary_line(self) -> str:
        """The summary in one line."""
        return self._line_of("summary")

    def has_content(self, section: ShownSection) -> bool:
        """Whether there is a text, or a drawn block that is not empty."""
        has_proof = bool(self.proofs) or bool(self.postmortem and self.postmortem.is_waived)
        blocks = section.prompt.drawn_from
        return section.is_written or ("evidence" in blocks and has_proof) or any(map(self.drawn.has, blocks))

    @property
    def times(self) -> list[tuple[str, datetime, bool]]:
        """What happened when, with whether the day alone is known."""
        row = self.incident
        known = [
            ("Began", row.started_at),
            ("Detected", row.detected_at),
            ("Acknowledged", row.acknowledged_at),
            ("Mitigated", row.mitigated_at),
            ("Resolved", row.resolved_at),
        ]
        return [
            (name, at, name == "Began" and row.started_precision == Precision.DAY)
            for name, at in known
            if at is not None
        ]

    @property
    def has_glance(self) -> bool:
        """Whether anything is known that stands at the top."""
        row = self.incident
        known = self.times or self.drawn.durations or row.lead or row.detected_by != DetectedBy.UNKNOWN
        return bool(known or self.cause_line or self.fix_line or self.has_standing)

    @property
    def cause_line(self) -> str:
        """The root cause in one line."""
        return self._line_of("root_cause")

    @property
    def fix_line(self) -> str:
        """The fix in one line."""
        return self._line_of("fix")

    def _line_of(self, key: str) -> str:
        return next((one_line_of(section.body) for section in self.sections if section.prompt.key == key), "")

    @property
    def has_standing(self) -> bool:
        """Whether to say how the fix stands: a text from elsewhere that tells of no fix is not accused."""
        row = self.postmortem
        return row is not None and not (row.is_brought_in and row.proof == ProofState.UNPROVEN and not self.fix_line)

    @property
    def proof_part(self) -> str:
        """The key of the section in which the proofs stand."""
        found = (section.prompt.key for section in self.sections if "evidence" in section.prompt.drawn_from)
        return next(found, "")

    @property
    def passed(self) -> list[ShownProof]:
        """The proofs that passed."""
        return [proof for proof in self.proofs if proof.row.result == "passed"]

    @property
    def broken(self) -> list[ShownProof]:
        """The proofs that failed, the latest first."""
        return [proof for proof in self.proofs if proof.row.result == "failed"][::-1]

    @property
    def story(self) -> Story:
        """The diagnosis in sentences."""
        return tell(self.drawn.tree)

    @property
    def has_first_look(self) -> bool:
        """Whether somebody marked what to check first."""
        return bool(self.drawn.tree.first_checks)

    @property
    def first_look(self) -> FirstLook:
        """What to look at first the next time."""
        return first_look(self.drawn.tree, self.drawn.log_notes)

    @property
    def views(self) -> list[tuple[str, str]]:
        """How the diagnosis may be looked at: each with its name in addresses and in words."""
        return list(VIEWS.items())


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the text for one reader: whom it helped, and where to read on."""

    gratitude: Gratitude
    neighbours: Neighbours


def read_reading(incident: Incident, postmortem: Postmortem | None, *, reader: User, view: str = "story") -> Reading:
    """The page as `reader` sees it, in a constant number of queries."""
    sections, proofs = (sections_of(postmortem), proofs_of(postmortem)) if postmortem else ([], [])
    sections, proofs = cited(sections, proofs, reader=reader, incident=incident)
    drawn = draw(incident, postmortem)
    cite_actions(drawn.actions, reader=reader, incident=incident)
    return Reading(
        incident=incident,
        postmortem=postmortem,
        sections=sections,
        proofs=proofs,
        drawn=drawn,
        why=read_causes(drawn.factors, incident=incident, reader=reader),
        missing=missing(postmortem, [section.row for section in sections if section.row]) if postmortem else [],
        view=view if view in VIEWS else "story",
    )


def read_around(postmortem: Postmortem, *, reader: User) -> Around:
    """Four queries."""
    return Around(
        gratitude=read_gratitude(postmortem, reader=reader),
        neighbours=read_neighbours(postmortem.incident, reader=reader),
    )
