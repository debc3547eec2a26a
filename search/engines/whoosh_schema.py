"""What a Whoosh index of ours holds: numbers and versions. Words, facts and rights stand beside (word_files.py)."""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, STORED, Schema

from search.documents import Document
from search.engines.protocol import FACETS
from search.engines.word_files import value_word
from search.tally import day_of, facts_of

# Raise it whenever what stands in the index changes its meaning: an index of another version is rebuilt.
SCHEMA_VERSION = 4
LENGTH_NAMES = ("length_a", "length_b", "length_c", "length_d")
FACTS, COUNTED, RIGHTS = "facts", "facets", "rights"

SCHEMA = Schema(
    version=STORED(),
    kind_number=COLUMN(NumericColumn("I")),
    object_id=COLUMN(NumericColumn("q")),
    day=COLUMN(NumericColumn("i")),
    **{name: COLUMN(NumericColumn("i")) for name in LENGTH_NAMES},
)


def kind_number(kind: str) -> int:
    """A kind of record as the number that a column holds."""
    return crc32(kind.encode())


def row(document: Document, lengths: Sequence[int]) -> dict[str, Any]:
    """A document as Whoosh's writer takes it."""
    return {
        "version": document.version,
        "kind_number": kind_number(document.kind),
        "object_id": document.id,
        "day": day_of(document),
        **dict(zip(LENGTH_NAMES, lengths, strict=True)),
    }


def values(document: Document) -> list[str]:
    """Facts in the form that filters compare, the counted ones as they are written, and rights."""
    facts = facts_of(document)
    found = {value_word(FACTS, fact.token) for fact in facts}
    found.update(value_word(COUNTED, f"{fact.name}:{fact.value}") for fact in facts if fact.name in FACETS)
    found.update(value_word(RIGHTS, token) for token in document.rights)
    return sorted(found)
