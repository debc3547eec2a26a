"""What stands beside a source: what its lines did for the diagnosis, and the steps that rest on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from incidents.models import LogNote, StepEvidence

# A note over more lines than these marks only their beginning.
MARKED_LINES = 400


@dataclass(frozen=True, slots=True)
class Cited:
    """A step that rests on a source: its number and where it is."""

    number: str
    step: int
    evidence: int


@dataclass(slots=True)
class Margin:
    """Marks by snippet and line, and citations by kind and id of their source.

    `page` is the address that holds notes and steps where that is another page than this.
    """

    page: str = ""
    _marks: dict[int, dict[int, LogNote]] = field(default_factory=lambda: defaultdict(dict))
    _cited: dict[tuple[str, object], list[Cited]] = field(default_factory=lambda: defaultdict(list))

    def marks(self, snippet: int) -> Mapping[int, LogNote]:
        """The notes on the lines of a snippet, by line from 1."""
        return self._marks.get(snippet, {})

    def cited(self, kind: str, pk: object) -> list[Cited]:
        """The steps that rest on the `snippet`, `attachment` or `entry` with that id."""
        return self._cited.get((kind, pk), [])

    def add_notes(self, notes: Iterable[LogNote]) -> "Margin":
        """Take in notes; of two on one line the later stands."""
        for note in notes:
            if note.snippet_id and note.first_line and note.last_line:
                last = min(note.last_line, note.first_line + MARKED_LINES)
                self._marks[note.snippet_id].update(dict.fromkeys(range(note.first_line, last + 1), note))
        return self

    def add_evidence(self, evidence: Iterable[StepEvidence], numbers: Mapping[int, str]) -> "Margin":
        """Take in evidence; `numbers` are those of its steps."""
        for row in evidence:
            source = row.snippet_id or row.attachment_id or row.entry_id
            if source:
                self._cited[row.kind, source].append(Cited(numbers.get(row.step_id, ""), row.step_id, row.pk))
        return self
