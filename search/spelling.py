"""Words that a typed word may be a slip for."""

from collections.abc import Iterable, Sequence

import numpy as np

MIN_LENGTH = 4
MAX_LENGTH = 24
# Of the words that begin alike so many are looked at, and the most frequent of them are counted by who may see them.
MAX_LOOKED_AT = 400
MAX_EXPANDED = 40


def allowance(word: str) -> int:
    """How many slips a word of this length may have: none below 4 letters, one below 8, else two."""
    if len(word) < MIN_LENGTH:
        return 0
    return 1 if len(word) < 8 else 2


def can_be_slip(word: str) -> bool:
    """Tell whether a word is of the kind that is spelled: letters only, neither very short nor very long."""
    return word.isascii() and word.isalpha() and MIN_LENGTH <= len(word) <= MAX_LENGTH


def can_be_begun(beginning: str) -> bool:
    """Tell whether longer words are looked for: three letters at least."""
    return len(beginning) > 2 and beginning.isascii() and beginning.replace("_", "a").isalnum()


def best_completions(counted: Iterable[tuple[str, int]], limit: int) -> list[tuple[str, int]]:
    """Words with how many visible records hold them, the most frequent first, without those that none does."""
    found = [(word, times) for word, times in counted if times]
    return sorted(found, key=lambda row: (-row[1], len(row[0]), row[0]))[:limit]


def distance(one: str, other: str, limit: int) -> int:
    """Slips between two words: letters put in, left out, changed, or two neighbours swapped; `limit` + 1 if more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, against in enumerate(other, 1):
            cost = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return limit + 1
        before, above = above, line
    return above[-1]


class Vocabulary:
    """The spellable words of an index by their length, with the letters of each as bits, so that those near a given one
    are found without reading all."""

    def __init__(self, words: dict[int, np.ndarray], letters: dict[int, np.ndarray]) -> None:
        self._words = words
        self._letters = letters

    @classmethod
    def of(cls, words: Iterable[str]) -> "Vocabulary":
        """The spellable ones of some words."""
        by_length: dict[int, list[str]] = {}
        for word in words:
            if can_be_slip(word):
                by_length.setdefault(len(word), []).append(word)
        held = {size: np.array(found, dtype=f"S{size}") for size, found in by_length.items()}
        return cls(held, {size: _letter_sets(found, size) for size, found in held.items()})

    def near(self, word: str) -> list[tuple[str, int]]:
        """Words with their distance, no further than `allowance` lets."""
        return near([self], word)

    def alike(self, letters: np.uint32, size: int, most: int) -> np.ndarray:
        """The words of this length that have all but so many of these letters, and so many others."""
        if size not in self._words:
            return np.zeros(0, dtype=f"S{size}")
        alike: np.ndarray = self._words[size][np.bitwise_count(self._letters[size] ^ letters) <= most]
        return alike


def near(vocabularies: Sequence[Vocabulary], word: str) -> list[tuple[str, int]]:
    """Words of any of these with their distance, no further than `allowance` lets; each word once."""
    if not can_be_slip(word):
        return []
    limit = allowance(word)
    own = letter_set(word)
    found: list[tuple[str, int]] = []
    for size in range(len(word) - limit, len(word) + limit + 1):
        # A slip changes at most two of the letters that a word has.
        close = np.unique(np.concatenate([each.alike(own, size, 2 * limit) for each in vocabularies]))
        slips = distances(word, close, size, limit)
        kept = slips <= limit
        found += zip((raw.decode("ascii") for raw in close[kept].tolist()), slips[kept].tolist(), strict=True)
    return found


def distances(word: str, others: np.ndarray, size: int, limit: int) -> np.ndarray:
    """`distance` to many words of one size at once; what is above the limit may be any number above it."""
    letters = others.view(np.uint8).reshape(-1, size).T if len(others) else np.zeros((size, 0), np.uint8)
    own = word.encode("ascii")
    far = np.full(len(others), limit + 1, dtype=np.int8)
    before: list[np.ndarray] = []
    above = [np.full(len(others), min(column, limit + 1), dtype=np.int8) for column in range(size + 1)]
    for row, letter in enumerate(own, 1):
        line = [far] * (size + 1)
        if row <= limit:
            line[0] = np.full(len(others), row, dtype=np.int8)
        # Beyond this band every cell is above the limit.
        for column in range(max(1, row - limit), min(size, row + limit) + 1):
            cost = np.minimum(above[column], line[column - 1]) + np.int8(1)
            np.minimum(cost, above[column - 1] + (letters[column - 1] != letter), out=cost)
            if row > 1 and column > 1:
                swapped = (letters[column - 2] == letter) & (letters[column - 1] == own[row - 2])
                np.minimum(cost, np.where(swapped, before[column - 2] + np.int8(1), far), out=cost)
            line[column] = cost
        before, above = above, line
    return above[size]


def order(candidates: Iterable[tuple[str, int]], frequencies: dict[str, int], word: str) -> list[tuple[str, int]]:
    """Candidates as (word, frequency), the likeliest first: fewest slips, same first letter, most frequent."""
    known = [(slips, other[0] != word[0], -frequencies.get(other, 0), other) for other, slips in candidates]
    return [(other, -minus) for _, _, minus, other in sorted(known) if minus < 0 and other != word]


def letter_set(word: str) -> np.uint32:
    """Which of the 26 letters a word has, as bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) - 97)
    return np.uint32(bits)


def _letter_sets(words: np.ndarray, size: int) -> np.ndarray:
    letters = words.view(np.uint8).reshape(-1, size).astype(np.uint32) - 97
    sets: np.ndarray = np.bitwise_or.reduce(np.uint32(1) << letters, axis=1)
    return sets
