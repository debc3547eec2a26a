"""Where a pasted text and a record say the same: the place in the record, and the lines of both side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.documents import Part
from search.signatures import MatchedLine, compare, signature, similarity
from search.words import tokens

# Comparing takes longer than finding: only the first results, and of them the first parts, are compared.
MAX_RESULTS = 5
MAX_PARTS = 12
MAX_PART = 20_000
MAX_PASTED = 60_000
MAX_LINES = 8
LOOKED_FOR = 30
_FIELDS = frozenset(
    {"code", "log", "section", "entry", "step", "root_cause", "summary", "symptom", "fix", "verification"}
)


@dataclass(frozen=True, slots=True)
class Alike:
    """The part of a record that is most like the pasted text. `anchor` opens it, at the line where that is known."""

    label: str
    anchor: str
    lines: tuple[MatchedLine, ...]
    why: tuple[str, ...]


def alike(pasted: str, parts: Sequence[Part]) -> Alike | None:
    """The best place of a record and its matched lines; None where no line of it is like one that was pasted."""
    mine = pasted[:MAX_PASTED]
    best: tuple[float, Part, list[MatchedLine]] | None = None
    for part in _likely(mine, [part for part in parts if part.field in _FIELDS]):
        found = compare(mine, part.text[:MAX_PART])
        score = sum(line.score for line in found)
        if found and (best is None or score > best[0]):
            best = score, part, found
    if best is None:
        return None
    _, part, found = best
    likeness = similarity(signature(mine), signature(part.text[:MAX_PART]))
    return Alike(part.label, _anchor(part, found), _telling(found), likeness.why)


def _likely(pasted: str, parts: list[Part]) -> list[Part]:
    """Of many parts those that hold most of the longest words that were pasted: a long log is many parts."""
    if len(parts) <= MAX_PARTS:
        return parts
    words = sorted({word.lower() for word in tokens(pasted) if len(word) > 4}, key=len, reverse=True)[:LOOKED_FOR]
    held = [sum(word in low for word in words) for low in (part.text[:MAX_PART].lower() for part in parts)]
    best = sorted(range(len(parts)), key=lambda at: -held[at])[:MAX_PARTS]
    return [parts[at] for at in best]


def _anchor(part: Part, found: Sequence[MatchedLine]) -> str:
    """The line itself in code and logs; the part elsewhere."""
    return part.at_line(found[0].stored_line_no)


def _telling(found: Sequence[MatchedLine]) -> tuple[MatchedLine, ...]:
    """The best of many lines, in the pasted order."""
    best = sorted(found, key=lambda line: -line.score)[:MAX_LINES]
    return tuple(sorted(best, key=lambda line: line.pasted_line_no))
