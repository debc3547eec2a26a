"""The lines of a pasted and of a stored text that say the same, side by side."""

from collections import defaultdict

from search.signatures.building import template_words
from search.signatures.lines import Line, lines_of
from search.signatures.masking import MASK, mask
from search.signatures.model import MatchedLine
from search.signatures.reading import read

MAX_MATCHES = 60
# Of each text so many lines are compared.
MAX_COMPARED = 600
MAX_SHOWN = 500
NEAR = 0.6
# A word in more lines than this does not lead from one line to another.
_COMMON = 40
_MIN_WORDS = 2


class _Side:
    """One text's lines by what they are compared by."""

    def __init__(self, text: str) -> None:
        self.lines = lines_of(text)[:MAX_COMPARED]
        self.keys = [_key(line) for line in self.lines]
        self.words = [template_words(key) for key in self.keys]
        reading = read(self.lines)
        self.is_frame = [at in reading.frame_lines for at in range(len(self.lines))]
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.by_word: dict[str, list[int]] = defaultdict(list)
        for at, key in enumerate(self.keys):
            if self.says_something(at):
                self.by_key[key].append(at)
                for word in self.words[at]:
                    self.by_word[word].append(at)

    def says_something(self, at: int) -> bool:
        """Tell whether a line is worth showing beside its like."""
        return len(self.words[at]) >= _MIN_WORDS or (self.is_frame[at] and bool(self.words[at]))


def compare(pasted: str, stored: str) -> list[MatchedLine]:
    """Pairs of lines in the pasted text's order: equal once masked, else nearly so; each line in one pair at most."""
    mine, theirs = _Side(pasted), _Side(stored)
    pairs = _equal(mine, theirs)
    pairs.update(_near(mine, theirs, pairs))
    found = [_matched(mine.lines[at], theirs.lines[other], score) for at, (other, score) in sorted(pairs.items())]
    if len(found) > MAX_MATCHES:
        found = sorted(sorted(found, key=lambda line: -line.score)[:MAX_MATCHES], key=lambda line: line.pasted_line_no)
    return found


def _key(line: Line) -> str:
    return mask(line.rest).lower().strip(f" {MASK}")


def _equal(mine: _Side, theirs: _Side) -> dict[int, tuple[int, float]]:
    pairs: dict[int, tuple[int, float]] = {}
    for key, places in mine.by_key.items():
        for at, other in zip(places, theirs.by_key.get(key, ()), strict=False):
            pairs[at] = (other, 1.0)
    return pairs


def _near(mine: _Side, theirs: _Side, pairs: dict[int, tuple[int, float]]) -> dict[int, tuple[int, float]]:
    taken = {other for other, _ in pairs.values()}
    found: dict[int, tuple[int, float]] = {}
    for at in range(len(mine.lines)):
        if at in pairs or not mine.says_something(at):
            continue
        best = max(
            (
                (_likeness(mine.words[at], theirs.words[other]), -other)
                for other in _candidates(mine, theirs, at) - taken
            ),
            default=(0.0, 0),
        )
        if best[0] >= NEAR:
            found[at] = (-best[1], best[0])
            taken.add(-best[1])
    return found


def _candidates(mine: _Side, theirs: _Side, at: int) -> set[int]:
    """Lines that share a rarer word."""
    found: set[int] = set()
    for word in sorted(mine.words[at], key=lambda word: len(theirs.by_word.get(word, ())))[:6]:
        places = theirs.by_word.get(word, ())
        if 0 < len(places) <= _COMMON:
            found.update(places)
    return found


def _likeness(words: frozenset[str], others: frozenset[str]) -> float:
    if not words or not others:
        return 0.0
    return round(min(0.99, 2 * len(words & others) / (len(words) + len(others))), 3)


def _matched(line: Line, other: Line, score: float) -> MatchedLine:
    return MatchedLine(line.no, other.no, line.text[:MAX_SHOWN], other.text[:MAX_SHOWN], score)
