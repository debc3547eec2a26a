"""The lines of a pasted and of a stored text that say the same, side by side."""

import re
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from functools import cached_property

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
# Two lines that share no word of two letters say nothing alike.
_WORD = re.compile(r"[^\W\d_]{2,}")


class Text:
    """One text's lines by what they are compared by."""

    def __init__(self, text: str, shared: AbstractSet[str] | None = None) -> None:
        """Of a text that is held against another, only the lines with a word in `shared` are masked."""
        self.lines = lines_of(text)[:MAX_COMPARED]
        self.keys: dict[int, str] = {}
        self.words: dict[int, frozenset[str]] = {}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.by_word: dict[str, list[int]] = defaultdict(list)
        for at, line in enumerate(self.lines):
            if shared is None or shared & set(_WORD.findall(line.rest.lower())):
                self._take(at, _key(line))

    @cached_property
    def raw_words(self) -> frozenset[str]:
        """Everything that is written in lines which say something, in small letters."""
        return frozenset(word for at in self.keys for word in _WORD.findall(self.lines[at].rest.lower()))

    @cached_property
    def _frames(self) -> Collection[int]:
        return read(self.lines).frame_lines

    def _take(self, at: int, key: str) -> None:
        words = template_words(key)
        # A line of one word is worth showing beside its like only if it is a frame.
        if len(words) >= _MIN_WORDS or (words and at in self._frames):
            self.keys[at], self.words[at] = key, words
            self.by_key[key].append(at)
            for word in words:
                self.by_word[word].append(at)


def compare(pasted: str | Text, stored: str) -> list[MatchedLine]:
    """Pairs of lines in the pasted text's order: equal once masked, else nearly so; each line in one pair at most."""
    mine = pasted if isinstance(pasted, Text) else Text(pasted)
    theirs = Text(stored, mine.raw_words)
    pairs = _equal(mine, theirs)
    pairs.update(_near(mine, theirs, pairs))
    found = [_matched(mine.lines[at], theirs.lines[other], score) for at, (other, score) in sorted(pairs.items())]
    if len(found) > MAX_MATCHES:
        found = sorted(sorted(found, key=lambda line: -line.score)[:MAX_MATCHES], key=lambda line: line.pasted_line_no)
    return found


def _key(line: Line) -> str:
    return mask(line.rest).lower().strip(f" {MASK}")


def _equal(mine: Text, theirs: Text) -> dict[int, tuple[int, float]]:
    pairs: dict[int, tuple[int, float]] = {}
    for key, places in mine.by_key.items():
        for at, other in zip(places, theirs.by_key.get(key, ()), strict=False):
            pairs[at] = (other, 1.0)
    return pairs


def _near(mine: Text, theirs: Text, pairs: dict[int, tuple[int, float]]) -> dict[int, tuple[int, float]]:
    taken = {other for other, _ in pairs.values()}
    found: dict[int, tuple[int, float]] = {}
    for at in mine.keys:
        if at in pairs:
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


def _candidates(mine: Text, theirs: Text, at: int) -> set[int]:
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
