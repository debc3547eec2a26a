"""A document as numbers: how often each word stands in each weight group, its facts, its day."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from search.documents import Document
from search.engines.protocol import Fact
from search.fields import GROUP_COUNT, group_of
from search.signing import FIELD, form_of
from search.words import counted_words

# Texts of 5 MB must not fill the index: what stands behind this many words of a document is not found. A log of 1 MB
# has up to 400,000.
MAX_WORDS = 600_000
# Long texts come last, so that they never take the room of what people wrote.
_LONG = 10_000


Tallies: TypeAlias = tuple[dict[str, list[int]], tuple[int, ...]]


def tallied(batches: Iterable[Iterable[Document]]) -> Iterator[tuple[Document, Tallies]]:
    """Every document with its tallies."""
    return ((document, tallies(document)) for batch in batches for document in batch)


def tallies(document: Document) -> Tallies:
    """Each word's four counts, and how many words each group has."""
    counts: dict[str, list[int]] = {}
    lengths = [0] * GROUP_COUNT
    room = MAX_WORDS
    for part in sorted(document.parts, key=lambda part: len(part.text) > _LONG):
        group = group_of(part.field)
        if part.field == FIELD:
            found = dict.fromkeys(map(form_of, part.text.split()), 1)
        else:
            found = counted_words(part.text, max(room, 0))
            held = sum(found.values())
            room -= held
            lengths[group] += held
        for word, times in found.items():
            tally = counts.get(word)
            if tally is None:
                tally = counts[word] = [0] * GROUP_COUNT
            tally[group] += times
    return counts, tuple(lengths)


def facts_of(document: Document) -> list[Fact]:
    """Every fact of a document, its kind of record among them."""
    facts = [Fact(name, value) for name, values in document.facts.items() for value in values if value]
    return [*facts, Fact("record", document.kind)]


def day_of(document: Document) -> int:
    """The day a record began, counted from 0001-01-01; 0 when it is not known."""
    return document.sort_at.date().toordinal() if document.sort_at else 0
