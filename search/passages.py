"""A record cut into passages: stretches so short that words which stand in one of them belong together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.documents import Part
from search.words import first_tokens, index_words_of

# About two sentences.
SIZE = 300
# Of one record so many are kept; what tells most stands first.
MOST = 80
# Of one part so much is cut, and of one passage so many words are kept.
MAX_PART = 20_000
MAX_TOKENS = 120
# A word is kept as a number of 32 bits: two that fall together would only move a record by a place or two.
Numbers = NDArray[np.uint32]

# In the order in which they are cut. Names, tags and links are no passages.
FIELDS = (
    "title",
    "summary",
    "symptom",
    "root_cause",
    "fix",
    "verification",
    "step",
    "entry",
    "section",
    "code",
    "log",
    "attachment",
)
_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")


def passages(parts: Iterable[Part], size: int = SIZE) -> list[str]:
    """The different passages of a record, its title first; at most `MOST`."""
    by_field: dict[str, list[str]] = {}
    for part in parts:
        by_field.setdefault(part.field, []).append(part.text)
    texts = (text for name in FIELDS for text in by_field.get(name, ()))
    return list(islice(dict.fromkeys(passage for text in texts for passage in cut(text, size)), MOST))


def cut(text: str, size: int = SIZE) -> Iterator[str]:
    """A text in stretches of at most `size` characters that end where sentences do, if they can."""
    held = ""
    for sentence in _ENDS.split(text[:MAX_PART]):
        for piece in _pieces(" ".join(sentence.split()), size):
            if held and len(held) + len(piece) >= size:
                yield held
                held = ""
            held = f"{held} {piece}".strip()
    if held:
        yield held


@dataclass(frozen=True, slots=True)
class Told:
    """The words of a record's passages, one passage after the other; `sizes` says how many each has."""

    sizes: NDArray[np.uint16]
    words: Numbers


def told(texts: Iterable[str]) -> Told:
    """The words that passages are found by, in each of them once."""
    held = [set(chain.from_iterable(map(_numbers, first_tokens(text, MAX_TOKENS)))) for text in texts]
    words = list(chain.from_iterable(held))
    return Told(np.array([*map(len, held)], dtype=np.uint16), np.array(words, dtype=np.uint32))


def number(word: str) -> int:
    """A word as it stands in an index, as a number."""
    return crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=30_000)
def _numbers(token: str) -> tuple[int, ...]:
    return tuple(number(word) for word in index_words_of(token))


def _pieces(sentence: str, size: int) -> Iterator[str]:
    """A sentence, or, of one that is too long, stretches that end between words."""
    while len(sentence) > size:
        at = sentence.rfind(" ", size // 2, size)
        at = at if at > 0 else size
        yield sentence[:at]
        sentence = sentence[at:].lstrip()
    if sentence:
        yield sentence
