"""What a section asks and draws, as data: the shape in which templates keep their questions."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

Block = Literal["durations", "timeline", "diagnosis", "ledger", "changes", "snippets", "factors", "evidence", "actions"]
BLOCKS: tuple[Block, ...] = get_args(Block)
BLOCK_NAMES: dict[Block, str] = {
    "durations": "Times and durations",
    "timeline": "Timeline",
    "diagnosis": "Steps of the diagnosis",
    "ledger": "Log lines that misled or decided",
    "changes": "Changes with their verdicts",
    "snippets": "Snippets",
    "factors": "Contributing factors",
    "evidence": "Proof of the fix",
    "actions": "Action items",
}

# Free text of a record that came from elsewhere and has no sections.
ACCOUNT = "account"
# A real incident's postmortem is not published without these, whatever its template says.
CORE = ("root_cause", "fix", "verification")


@dataclass(frozen=True, slots=True)
class SectionPrompt:
    """One section: what it asks and what it shows from the record.

    `points` are further questions that the text may answer. `drawn_from` names the blocks that stand in it without
    being retyped; `text_label` is what its text is then called. `is_kept`: the template has no such section.
    """

    key: str
    title: str
    question: str
    guidance: str
    example: str
    is_required: bool = False
    drawn_from: tuple[Block, ...] = ()
    text_label: str = ""
    points: tuple[str, ...] = ()
    is_kept: bool = False

    def as_json(self) -> dict[str, Any]:
        """As a template keeps it."""
        fields = asdict(self)
        del fields["is_kept"]
        return {**fields, "drawn_from": list(self.drawn_from), "points": list(self.points)}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The sections of one version of a template, in their order."""

    key: str
    version: int
    name: str
    sections: tuple[SectionPrompt, ...]
    purpose: str = ""

    def section(self, key: str) -> SectionPrompt | None:
        """The section of that key."""
        return next((prompt for prompt in self.sections if prompt.key == key), None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its sections."""
        return tuple(prompt.key for prompt in self.sections)

    @property
    def blocks(self) -> frozenset[Block]:
        """What it draws from the record, in any section."""
        return frozenset(block for prompt in self.sections for block in prompt.drawn_from)


# Of an imported record; shown where there is text, asked of nobody.
IMPORTED_ACCOUNT = SectionPrompt(
    key=ACCOUNT,
    title="Account",
    question="What does the record say that this came from?",
    guidance="The text as it was brought in. Move what belongs elsewhere into its section when you have the time.",
    example="",
)


def section_from(kept: Mapping[str, Any]) -> SectionPrompt:
    """A section as a template keeps it; what is missing or unknown in it takes nothing down."""
    blocks = [block for block in kept.get("drawn_from", ()) if block in BLOCKS]
    return SectionPrompt(
        key=str(kept.get("key", "")),
        title=str(kept.get("title", "")),
        question=str(kept.get("question", "")),
        guidance=str(kept.get("guidance", "")),
        example=str(kept.get("example", "")),
        is_required=bool(kept.get("is_required")),
        drawn_from=tuple(blocks),
        text_label=str(kept.get("text_label", "")),
        points=tuple(str(point) for point in kept.get("points", ())),
    )


def sections_from(kept: Iterable[Mapping[str, Any]]) -> tuple[SectionPrompt, ...]:
    """All sections of a version."""
    return tuple(section_from(section) for section in kept)


def kept_section(key: str, title: str, known: SectionPrompt | None = None) -> SectionPrompt:
    """The section for a text that the template does not ask for (any more): it stays readable and writable."""
    name = title or (known.title if known else "") or key.replace("_", " ").capitalize()
    guidance = (
        "Kept from another template. It is shown as long as it holds text; move it into another section if it fits."
    )
    bare = known or SectionPrompt(key=key, title=name, question="", guidance="", example="")
    return replace(
        bare, title=name, guidance=guidance, is_required=False, drawn_from=(), text_label="", points=(), is_kept=True
    )
