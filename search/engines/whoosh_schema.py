"""What a Whoosh index of ours holds: words with their tallies, facts, rights and numbers; no text that is shown."""

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Format

from search.documents import Document
from search.engines.protocol import FACETS
from search.fields import GROUP_COUNT
from search.tally import day_of, facts_of, tallies

# Raise it whenever what stands in the index changes its meaning: an index of another version is rebuilt.
SCHEMA_VERSION = 3
# How often a word stands in each group, up to 255, and a mask of the fields it stands in.
TALLY = struct.Struct("<4BI")
LENGTH_NAMES = ("length_a", "length_b", "length_c", "length_d")

Tallies = Mapping[str, bytes]


class _Tallied(Format):  # type: ignore[misc]  # whoosh ships no types
    """A posting with eight bytes of tally."""

    posting_size = TALLY.size


class _Present(Format):  # type: ignore[misc]  # whoosh ships no types
    """A posting that says only that the word is there."""

    posting_size = 0


class Words(FieldType):  # type: ignore[misc]  # whoosh ships no types
    """A field of words that were split before, each with its tally."""

    def __init__(self) -> None:
        super().__init__(format=_Tallied(), analyzer=None)

    def index(self, value: Tallies, **options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document."""
        for word, tally in value.items():
            yield word.encode("utf-8", "replace"), 1, 1.0, tally


class Tokens(FieldType):  # type: ignore[misc]  # whoosh ships no types
    """A field of exact values."""

    def __init__(self) -> None:
        super().__init__(format=_Present(), analyzer=None)

    def index(self, value: Iterable[str], **options: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The postings of one document."""
        for token in sorted(set(value)):
            yield token.encode("utf-8", "replace"), 1, 1.0, b""


SCHEMA = Schema(
    words=Words(),
    # Facts in the form that filters compare, and the counted ones as they are written.
    facts=Tokens(),
    facets=Tokens(),
    rights=Tokens(),
    version=STORED(),
    kind_number=COLUMN(NumericColumn("I")),
    object_id=COLUMN(NumericColumn("q")),
    day=COLUMN(NumericColumn("i")),
    **{name: COLUMN(NumericColumn("i")) for name in LENGTH_NAMES},
)


def kind_number(kind: str) -> int:
    """A kind of record as the number that a column holds."""
    return crc32(kind.encode())


def row(document: Document) -> dict[str, Any]:
    """A document as Whoosh's writer takes it."""
    counts, lengths = tallies(document)
    facts = facts_of(document)
    return {
        "words": {word: _packed(tuple(tally)) for word, tally in counts.items()},
        "facts": [fact.token for fact in facts],
        "facets": [f"{fact.name}:{fact.value}" for fact in facts if fact.name in FACETS],
        "rights": document.rights,
        "version": document.version,
        "kind_number": kind_number(document.kind),
        "object_id": document.id,
        "day": day_of(document),
        **dict(zip(LENGTH_NAMES, lengths, strict=True)),
    }


@lru_cache(maxsize=10_000)
def _packed(tally: tuple[int, ...]) -> bytes:
    """Most words stand once in one place, so few tallies are ever packed anew."""
    return TALLY.pack(*(min(times, 255) for times in tally[:GROUP_COUNT]), tally[GROUP_COUNT])
