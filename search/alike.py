"""Where a pasted text and a record say the same: the place in the record, and the lines of both side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from search.documents import Part, address_of
from search.signatures import MatchedLine, Signature, Text, compare, numbered, signature, similarity
from search.words import tokens

# Comparing takes longer than finding: only the first results, and of them the first parts, are compared.
MAX_RESULTS = 3
MAX_PARTS = 6
MAX_PART = 20_000
MAX_PASTED = 60_000
# Of a long text the lines that tell most, each with its number.
MAX_TOLD = 40_000
MAX_LINES = 8
LOOKED_FOR = 30
_FIELDS = frozenset(
    {"code", "log", "section", "entry", "step", "root_cause", "summary", "symptom", "fix", "verification"}
)
# "same frame tasks.charge", "nearly the same message …"
_SAME = re.compile(r"((?:nearly the )?same \w+) (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Alike:
    """The part of a record that is most like the pasted text. `anchor` opens it, at the line where that is known."""

    label: str
    anchor: str
    lines: tuple[MatchedLine, ...]
    why: tuple[str, ...]

    @property
    def address(self) -> str:
        """What follows the record's address in a link."""
        return address_of(self.anchor)

    @property
    def reasons(self) -> dict[str, list[str]]:
        """Why, besides the lines: each kind of thing that both have ("Same frame"), and which ones they are."""
        found: dict[str, list[str]] = {}
        for parted in filter(None, map(_SAME.fullmatch, self.why)):
            found.setdefault(parted[1].capitalize(), []).append(parted[2])
        return found


class Pasted:
    """A pasted text, read once for all the records that it is held against."""

    def __init__(self, text: str) -> None:
        self.text = numbered(text, limit=MAX_TOLD)[:MAX_PASTED]

    @cached_property
    def lines(self) -> Text:
        """Its lines, ready to be compared."""
        return Text(self.text)

    @cached_property
    def signature(self) -> Signature:
        """What it is known by."""
        return signature(self.text)

    @cached_property
    def telling(self) -> list[str]:
        """Its longest words, in small letters."""
        words = {word.lower() for word in tokens(self.text) if len(word) > 4}
        return sorted(words, key=lambda word: (-len(word), word))[:LOOKED_FOR]

    def alike(self, parts: Sequence[Part]) -> Alike | None:
        """The best place of a record and its matched lines; None where no line of it is like one that was pasted."""
        best: tuple[float, Part, list[MatchedLine]] | None = None
        for part in self._likely([part for part in parts if part.field in _FIELDS]):
            found = compare(self.lines, part.text[:MAX_PART])
            score = sum(line.score for line in found)
            if found and (best is None or score > best[0]):
                best = score, part, found
        if best is None:
            return None
        _, part, found = best
        likeness = similarity(self.signature, signature(part.text[:MAX_PART]))
        return Alike(part.label, part.at_line(found[0].stored_line_no), _telling(found), likeness.why)

    def _likely(self, parts: list[Part]) -> list[Part]:
        """Those parts that hold most of the pasted text's longest words; all of a few where none holds any."""
        held = [sum(word in low for word in self.telling) for low in (part.text[:MAX_PART].lower() for part in parts)]
        best = sorted(range(len(parts)), key=lambda at: -held[at])[:MAX_PARTS]
        return [parts[at] for at in best if held[at] or not held[best[0]]]


def _telling(found: Sequence[MatchedLine]) -> tuple[MatchedLine, ...]:
    """The best of many lines, in the pasted order."""
    best = sorted(found, key=lambda line: -line.score)[:MAX_LINES]
    return tuple(sorted(best, key=lambda line: line.pasted_line_no))
