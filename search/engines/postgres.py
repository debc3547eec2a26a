"""The engine of PostgreSQL installations: word vectors made by our own splitter, found by GIN, scored by BM25F here."""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

from search.engines import postgres_table as table
from search.engines.postgres_rows import SCHEMA_VERSION, Writing, mark_change
from search.engines.postgres_sql import PASSING, ask, told
from search.engines.postgres_statistics import Known
from search.engines.postgres_view import PostgresView
from search.engines.protocol import EngineError, Health, Key, Progress
from search.engines.whoosh_files import Busy
from search.models import IndexState, SearchDocument
from search.preparing import Prepared

logger = logging.getLogger(__name__)

# Names this engine's lock among a database's advisory locks.
_LOCK = 7_274_833_001


class PostgresEngine:
    """The index in the database. Any process may read; one at a time writes."""

    name = "postgres"

    def view(self, rights: frozenset[str] | None, hidden: Collection[Key] = ()) -> PostgresView:
        """See the protocol."""
        return PostgresView(_state().generation, rights, hidden)

    def apply(self, prepared: Prepared, removed: Sequence[Key]) -> None:
        """See the protocol."""
        with _writing(), transaction.atomic():
            generation = _state().generation
            for kind, ids in _by_kind([*removed, *(document.key for document in prepared.documents)]).items():
                _rows(generation).filter(kind=kind, object_id__in=ids).delete()
            Writing(generation).insert(prepared)
        mark_change()

    def rebuild(self, batches: Iterable[Prepared], total: int, progress: Progress | None = None) -> int:
        """See the protocol. Raises Busy when another process writes."""
        with _writing():
            state, _ = IndexState.objects.get_or_create(pk=1)
            # What a killed rebuild left.
            SearchDocument.objects.exclude(generation=state.generation).delete()
            generation, done = state.generation + 1, 0
            writing = Writing(generation)
            for batch in batches:
                with transaction.atomic():
                    writing.insert(batch)
                done += len(batch.documents)
                IndexState.objects.filter(pk=1).update(progress=f"{done:,} of {total:,}")
                if progress:
                    progress(done, total)
            IndexState.objects.filter(pk=1).update(generation=generation, schema=SCHEMA_VERSION, note="", progress="")
            SearchDocument.objects.exclude(generation=generation).delete()
            _tidy_up(generation)
        return done

    def versions(self) -> Iterator[tuple[Key, str]]:
        """See the protocol."""
        rows = _rows(_state().generation).values_list("kind", "object_id", "version")
        for kind, pk, version in rows.iterator(chunk_size=5000):
            yield (kind, pk), version

    def health(self) -> Health:
        """See the protocol."""
        try:
            state = _state()
            count = _rows(state.generation).count()
        except EngineError as problem:
            return Health(self.name, problem=str(problem))
        except DatabaseError as problem:
            return Health(self.name, problem=f"the database answers {type(problem).__name__}")
        return Health(self.name, count, detail={"generation": state.generation, "rebuild_asked": state.note})

    def ask_for_rebuild(self, reason: str) -> None:
        """See the protocol."""
        IndexState.objects.filter(pk=1).update(note=reason[:500])

    def wants_rebuild(self) -> str:
        """See the protocol."""
        try:
            return _state().note
        except EngineError as problem:
            return str(problem)

    def progress(self) -> str:
        """See the protocol."""
        state = IndexState.objects.filter(pk=1).first()
        return state.progress if state else ""


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, pk in keys:
        found.setdefault(kind, []).append(pk)
    return found


def _state() -> IndexState:
    state = IndexState.objects.filter(pk=1).first()
    if state is None or not state.generation:
        raise EngineError("there is no index yet")
    if state.schema != SCHEMA_VERSION:
        raise EngineError("the index is of another version")
    return state


def _rows(generation: int) -> Any:
    return SearchDocument.objects.filter(generation=generation)


def _tidy_up(generation: int) -> None:
    """Drop words that no document of this generation has, and tell the planner how large things are now."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_vocabulary WHERE generation < %s", [generation])
        cursor.execute("ANALYZE search_searchdocument, search_vocabulary")


@contextmanager
def _writing() -> Iterator[None]:
    """Be the one process that writes; raises Busy when another is. A killed process's lock goes with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise Busy("another process is writing the index")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
