"""How documents are written into PostgreSQL's index table and its vocabulary."""

import logging
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, connection, transaction

from search.documents import Document
from search.engines.postgres_scoring import tallies_of
from search.engines.postgres_sql import quoted
from search.engines.protocol import FACETS
from search.preparing import Prepared
from search.spelling import can_be_slip, letter_set
from search.tally import day_of, facts_of

logger = logging.getLogger(__name__)

# Raise it whenever what stands in the table changes its meaning: an index of another version is rebuilt.
SCHEMA_VERSION = 4
# A word that stands more often in a group says no more.
_MAX_TIMES = 60
# A word vector has 1 MB at most.
_MAX_VECTOR = 1_000_000
_AT_ONCE = 10_000
_GIN = ["search_document_words", "search_document_facts"]

_COPY = """
    COPY search_searchdocument
        (generation, kind, object_id, version, day, length_a, length_b, length_c, length_d,
         words, tallies, facts, facets, rights)
    FROM STDIN
"""
# What a word of an older generation counted is counted anew.
_REMEMBER = """
    INSERT INTO search_vocabulary AS held (word, length, letters, documents, generation)
    SELECT word, length, letters, documents, %s
    FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[]) AS new (word, length, letters, documents)
    ON CONFLICT (word) DO UPDATE SET
        documents = CASE WHEN held.generation = excluded.generation THEN held.documents ELSE 0 END
            + excluded.documents,
        generation = excluded.generation
"""


class Writing:
    """Documents on their way into one generation of the index."""

    def __init__(self, generation: int) -> None:
        self._generation = generation
        self._words: Counter[str] = Counter()

    def insert(self, prepared: Prepared) -> None:
        """Write documents; there must be none of the same keys."""
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for document, (counts, lengths) in zip(prepared.documents, prepared.tallies(), strict=True):
                copy.write_row(_row(self._generation, document, counts, lengths))
                self._words.update(filter(can_be_slip, counts))

    def remember(self) -> None:
        """Write the spellable words of all that was inserted, with in how many documents they stand."""
        words = sorted(self._words)
        for start in range(0, len(words), _AT_ONCE):
            some = words[start : start + _AT_ONCE]
            columns: list[list[Any]] = [
                some,
                list(map(len, some)),
                _letters(some),
                [self._words[word] for word in some],
            ]
            with connection.cursor() as cursor:
                cursor.execute(_REMEMBER, [self._generation, *columns])
        self._words.clear()


def mark_change() -> None:
    """Tell readers, after a change was committed, that what they know of all records together is old."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('search_searchdocument_id_seq')")


def settle(*, is_much: bool = False) -> None:
    """Put what was written where searches find it fast: until then each reads all of the indexes' new entries one by
    one. After much of it, free the room of what is gone, and tell the planner how large things are."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            if is_much:
                cursor.execute("ANALYZE search_searchdocument, search_vocabulary")
            cursor.execute("SELECT gin_clean_pending_list(to_regclass(name)) FROM unnest(%s::text[]) name", [_GIN])
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        if is_much and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM search_searchdocument, search_vocabulary")
    except DatabaseError as problem:
        # Whoever may not do it, or meets somebody who does: PostgreSQL does it by itself, later.
        logger.info("The index was not settled: %s", problem)


def _letters(words: Iterable[str]) -> list[int]:
    return [int(letter_set(word)) for word in words]


def _row(generation: int, document: Document, counts: dict[str, list[int]], lengths: tuple[int, ...]) -> list[Any]:
    facts = facts_of(document)
    held = _fitting(counts)
    return [
        generation,
        document.kind,
        document.id,
        document.version,
        day_of(document),
        *lengths,
        " ".join(map(quoted, held)),
        tallies_of(held, _MAX_TIMES),
        sorted({fact.token for fact in facts}),
        sorted({f"{fact.name}:{fact.value}" for fact in facts if fact.name in FACETS}),
        sorted(document.rights),
    ]


def _fitting(counts: dict[str, list[int]]) -> dict[str, list[int]]:
    """Those words that a vector has room for."""
    if sum(map(len, counts)) < _MAX_VECTOR // 8:
        return counts
    held, size = {}, 0
    for word, tally in counts.items():
        size += len(word.encode()) + 8
        if size > _MAX_VECTOR:
            break
        held[word] = tally
    return held
