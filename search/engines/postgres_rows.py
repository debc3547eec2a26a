"""How documents are written into PostgreSQL's index table and its vocabulary."""

from collections.abc import Sequence
from itertools import pairwise
from operator import add
from typing import Any

from django.db import connection

from search.documents import Document
from search.engines.protocol import FACETS
from search.fields import GROUP_COUNT
from search.spelling import can_be_slip, letter_set
from search.tally import day_of, facts_of, tallies

# Raise it whenever what stands in the table changes its meaning: an index of another version is rebuilt.
SCHEMA_VERSION = 3
# A word vector keeps 255 places of a word at most and 1 MB in all.
_MAX_TIMES = 60
_MAX_VECTOR = 1_000_000

_COPY = """
    COPY search_searchdocument
        (generation, kind, object_id, version, day, length_a, length_b, length_c, length_d,
         words, facts, facets, rights)
    FROM STDIN
"""
_REMEMBER = """
    INSERT INTO search_vocabulary (word, length, letters, generation)
    SELECT * FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[])
    ON CONFLICT (word) DO UPDATE SET generation = excluded.generation
    WHERE search_vocabulary.generation < excluded.generation
"""


class Writing:
    """Documents on their way into one generation of the index. Words that were remembered once are not sent again."""

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._remembered: set[str] = set()

    def insert(self, documents: Sequence[Document]) -> None:
        """Write documents and their spellable words; there must be no documents of the same keys."""
        tallied = [(document, *tallies(document)) for document in documents]
        if not tallied:
            return
        rows = [_row(self._generation, *each) for each in tallied]
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        self._remember({word for _, counts, _ in tallied for word in counts if can_be_slip(word)})

    def _remember(self, words: set[str]) -> None:
        new = sorted(words - self._remembered)
        if new:
            letters = [int(letter_set(word)) for word in new]
            with connection.cursor() as cursor:
                cursor.execute(_REMEMBER, [new, list(map(len, new)), letters, [self._generation] * len(new)])
            self._remembered.update(new)


def mark_change() -> None:
    """Tell readers, after a change was committed, that what they know of all records together is old."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('search_searchdocument_id_seq')")


def quoted(word: str) -> str:
    """A word as it stands in a tsvector's or tsquery's text."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _row(generation: int, document: Document, counts: dict[str, list[int]], lengths: tuple[int, ...]) -> list[Any]:
    facts = facts_of(document)
    return [
        generation,
        document.kind,
        document.id,
        document.version,
        day_of(document),
        *lengths,
        _vector(counts),
        sorted({fact.token for fact in facts}),
        sorted({f"{fact.name}:{fact.value}" for fact in facts if fact.name in FACETS}),
        sorted(document.rights),
    ]


def _vector(counts: dict[str, list[int]]) -> str:
    """A tsvector's text. Its places say no order: there are as many of each weight as the word stands in that group."""
    pieces, size = [], 0
    for word, tally in counts.items():
        ends = [0]
        for times in tally[:GROUP_COUNT]:
            ends.append(add(ends[-1], min(times, _MAX_TIMES)))
        places = [
            f"{place}{letter}"
            for letter, (begin, end) in zip("ABCD", pairwise(ends), strict=True)
            for place in range(begin + 1, end + 1)
        ]
        piece = f"{quoted(word)}:{','.join(places)}"
        size += len(word.encode()) + 2 * len(places) + 8
        if size > _MAX_VECTOR:
            break
        pieces.append(piece)
    return " ".join(pieces)
