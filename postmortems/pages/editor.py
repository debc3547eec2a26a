"""The page on which a postmortem is written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import User
from hindsight.lib.text import clean
from postmortems.cause_forms import FactorForm
from postmortems.forms import ActionForm, EvidenceForm, SectionsForm, WaiverForm
from postmortems.models import Postmortem
from postmortems.pages.causes import Causes, read_causes
from postmortems.pages.cited_actions import cite_actions
from postmortems.pages.drawn import Drawn, draw
from postmortems.pages.proofs import ShownProof, proofs_of, with_recurrences
from postmortems.pages.shown import MissingPart, ShownSection, checklist, sections_of
from postmortems.prompts import SectionPrompt
from postmortems.services.publish import missing
from postmortems.services.sections import same
from postmortems.shipped import prompt_of

SENT_BODY = re.compile(r"body_[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class EditorSection:
    """A section with what its box holds: the stored text, or what was typed and could not be saved."""

    shown: ShownSection
    text: str
    base_version: int
    errors: list[str]

    @property
    def is_behind(self) -> bool:
        """Whether somebody saved another text since the one in the box was read."""
        return self.base_version != self.shown.version


@dataclass(frozen=True, slots=True)
class EditorForms:
    """The forms of the page that were sent and are shown again; the others are fresh."""

    sections: SectionsForm | None = None
    evidence: EvidenceForm | None = None
    waiver: WaiverForm | None = None
    factor: FactorForm | None = None
    action: ActionForm | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """What the page shows."""

    postmortem: Postmortem
    sections: list[EditorSection]
    proofs: list[ShownProof]
    drawn: Drawn
    causes: Causes
    parts: list[MissingPart]
    forms: Mapping[str, object]

    @property
    def is_ready(self) -> bool:
        """Whether it could be published."""
        return not any(part.is_missing for part in self.parts)

    @property
    def required(self) -> set[str]:
        """The keys of what publication needs."""
        return {part.key for part in self.parts}

    @property
    def template_name(self) -> str:
        """What the questions are called."""
        version = self.postmortem.template
        return version.template.name if version else "Standard"

    @property
    def has_errors(self) -> bool:
        """Whether a text was refused."""
        return any(section.errors for section in self.sections)

    @property
    def missing(self) -> list[MissingPart]:
        """What must still be there."""
        return [part for part in self.parts if part.is_missing]


@dataclass(frozen=True, slots=True)
class Progress:
    """What one save changed on the page: the state of its section, and the checklist."""

    section: EditorSection
    parts: list[MissingPart]

    @property
    def is_ready(self) -> bool:
        """Whether it could be published."""
        return not any(part.is_missing for part in self.parts)


def read_progress(postmortem: Postmortem, key: str) -> Progress:
    """The state after a save, without what the page draws from the incident."""
    rows = list(postmortem.sections.select_related("updated_by"))
    row = next((row for row in rows if row.key == key), None)
    shown = ShownSection(prompt_of(postmortem.questions, key, row.title if row else ""), row)
    section = EditorSection(shown, shown.body, shown.version, [])
    return Progress(section, checklist(postmortem, missing(postmortem, rows)))


def read_editor(postmortem: Postmortem, sent: EditorForms | None = None, *, reader: User) -> Editor:
    """The page, with the forms that were sent and refused, in a constant number of queries."""
    forms = sent or EditorForms()
    shown = sections_of(postmortem)
    if forms.sections is not None:
        keys = {section.prompt.key for section in shown}
        shown += [ShownSection(prompt, None) for prompt in forms.sections.prompts if prompt.key not in keys]
    drawn = draw(postmortem.incident, postmortem)
    cite_actions(drawn.actions, reader=reader, incident=postmortem.incident)
    rows = [section.row for section in shown if section.row]
    return Editor(
        postmortem=postmortem,
        sections=[_section(section, forms.sections) for section in shown],
        proofs=with_recurrences(proofs_of(postmortem), reader=reader),
        drawn=drawn,
        causes=read_causes(drawn.factors, incident=postmortem.incident, reader=reader, is_writing=True),
        parts=checklist(postmortem, missing(postmortem, rows)),
        forms={
            "evidence": forms.evidence or EvidenceForm(postmortem.incident, prefix="proof"),
            "waiver": forms.waiver or WaiverForm(prefix="waiver", initial={"reason": postmortem.waiver_reason}),
            "factor": forms.factor or FactorForm(postmortem, prefix="factor"),
            "action": forms.action or ActionForm(prefix="action"),
        },
    )


def prompts_sent(postmortem: Postmortem, data: Mapping[str, object]) -> tuple[SectionPrompt, ...]:
    """The sections of the page, then those that were sent and that the template lacks: moved to another meanwhile."""
    prompts = [section.prompt for section in sections_of(postmortem)]
    keys = {prompt.key for prompt in prompts}
    sent = [name.removeprefix("body_") for name in data if SENT_BODY.fullmatch(name)]
    asked = postmortem.questions
    return (*prompts, *(prompt_of(asked, key) for key in sent if key not in keys))


def _section(shown: ShownSection, sent: SectionsForm | None) -> EditorSection:
    name = f"body_{shown.prompt.key}"
    if sent is None or name not in sent.data:
        return EditorSection(shown, shown.body, shown.version, [])
    text = sent.data.get(name, "")
    return EditorSection(shown, text, _base(shown, text, sent), [str(error) for error in sent.errors.get(name, ())])


def _base(shown: ShownSection, text: str, sent: SectionsForm) -> int:
    """What the text in the box was written from: the stored version only where the box holds the stored text. One
    that was left as it was read, while somebody else saved, keeps its base, or the next save would undo theirs."""
    if same(clean(text).text, shown.body):
        return shown.version
    base = sent.data.get(f"base_{shown.prompt.key}", "")
    return int(base) if base.isdecimal() and base.isascii() and len(base) < 10 else 0
