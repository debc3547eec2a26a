"""The page on which a postmortem is read."""

from dataclasses import dataclass

from accounts.models import User
from incidents.models import Incident
from postmortems.models import Postmortem
from postmortems.pages.drawn import Drawn, draw
from postmortems.pages.shown import ShownProof, ShownSection, cited, proofs_of, sections_of
from postmortems.services.publish import missing


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page shows. Before it is begun, `postmortem` is None and there are only the drawn blocks."""

    incident: Incident
    postmortem: Postmortem | None
    sections: list[ShownSection]
    proofs: list[ShownProof]
    drawn: Drawn
    missing: list[str]

    @property
    def contents(self) -> list[ShownSection]:
        """The sections that have something to read, for the table of contents."""
        return [section for section in self.sections if self.has_content(section)]

    def has_content(self, section: ShownSection) -> bool:
        """Whether there is a text, or a drawn block that is not empty."""
        has_proof = bool(self.proofs) or bool(self.postmortem and self.postmortem.is_waived)
        blocks = section.prompt.drawn_from
        return section.is_written or ("evidence" in blocks and has_proof) or any(map(self.drawn.has, blocks))


def read_reading(incident: Incident, postmortem: Postmortem | None, *, reader: User) -> Reading:
    """The page as `reader` sees it, in a constant number of queries."""
    sections, proofs = (sections_of(postmortem), proofs_of(postmortem)) if postmortem else ([], [])
    sections, proofs = cited(sections, proofs, reader=reader, incident=incident)
    return Reading(
        incident=incident,
        postmortem=postmortem,
        sections=sections,
        proofs=proofs,
        drawn=draw(incident, postmortem),
        missing=missing(postmortem, [section.row for section in sections if section.row]) if postmortem else [],
    )
