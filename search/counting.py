"""A document's words as numbers: how often each stands in each weight group."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.documents import Part
from search.fields import GROUP_COUNT, group_of
from search.signing import FIELD, form_of
from search.words import first_tokens, index_words_of

# Texts of 5 MB must not fill the index: what stands behind this many words of a document is not found. A log of 1 MB
# has up to 400,000.
MAX_WORDS = 600_000
# Long texts come last, so that they never take the room of what people wrote.
_LONG = 10_000

Numbers = NDArray[Any]
Tallies: TypeAlias = tuple[dict[str, list[int]], tuple[int, ...]]


def tallies(parts: Iterable[Part]) -> Tallies:
    """Each word's four counts, in the order of the text, and how many words each group has."""
    counting = Counting()
    numbers, counts, lengths = counting.count(parts)
    words = counting.words()
    return {words[number]: row for number, row in zip(numbers.tolist(), counts.tolist(), strict=True)}, lengths


class Counting:
    """Counts the words of one document after the other. Every different word and token of all of them has one number;
    a token is taken apart only once."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._tokens = _Tokens(self._words)

    def words(self) -> list[str]:
        """The words by their numbers."""
        return list(self._words)

    def count(self, parts: Iterable[Part]) -> tuple[Numbers, Numbers, tuple[int, ...]]:
        """The numbers of a document's words in the order of its text, four counts of each, and the groups' lengths."""
        found: list[Numbers] = []
        lengths, room = [0] * GROUP_COUNT, MAX_WORDS
        for part in sorted(parts, key=lambda part: len(part.text) > _LONG):
            group = group_of(part.field)
            if part.field == FIELD:
                held = [self._number(form_of(token)) for token in dict.fromkeys(part.text.split())]
            else:
                tokens = first_tokens(part.text, max(room, 0))
                held = list(chain.from_iterable(map(self._tokens.__getitem__, tokens)))
                room -= len(held)
                lengths[group] += len(held)
            found.append(np.array(held, dtype=np.int64) * GROUP_COUNT + group)
        return *_counted(found), tuple(lengths)

    def _number(self, word: str) -> int:
        return self._words.setdefault(word, len(self._words))


class _Tokens(dict[str, tuple[int, ...]]):
    """The numbers of the words that a token is found by."""

    def __init__(self, words: dict[str, int]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, token: str) -> tuple[int, ...]:
        words = self._words
        self[token] = found = tuple(words.setdefault(word, len(words)) for word in index_words_of(token))
        return found


def _counted(found: list[Numbers]) -> tuple[Numbers, Numbers]:
    """Different words in the order in which they came, and how often each came in each group."""
    every = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    words, first, place = np.unique(every // GROUP_COUNT, return_index=True, return_inverse=True)
    counts = np.bincount(place * GROUP_COUNT + every % GROUP_COUNT, minlength=len(words) * GROUP_COUNT)
    order = np.argsort(first)
    return words[order].astype(np.uint32), counts.reshape(-1, GROUP_COUNT)[order]
