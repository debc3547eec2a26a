"""The engine of PostgreSQL installations: word vectors made by our own splitter, found by GIN, scored by BM25F here."""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from search.engines import postgres_table
from search.engines.postgres_rows import SCHEMA_VERSION, Writing, mark_change, settle
from search.engines.postgres_sql import PASSING, ask, told
from search.engines.postgres_state import State, lost, state
from search.engines.postgres_view import PostgresView
from search.engines.protocol import EngineError, Health, Key, Progress
from search.engines.whoosh_files import Busy
from search.models import IndexState, SearchDocument
from search.preparing import Prepared

logger = logging.getLogger(__name__)

# Names this engine's lock among a database's advisory locks.
_LOCK = 7_274_833_001
# Who writes waits so long for a table that somebody else holds, and tries again later.
_LOCK_PATIENCE = "5s"
# Seconds between two looks at whether something was lost.
_LOOK_EVERY = 30.0


class PostgresEngine:
    """The index in the database. Any process may read; one at a time writes."""

    name = "postgres"

    def __init__(self) -> None:
        self._looked_at = -_LOOK_EVERY

    def view(self, rights: frozenset[str] | None, hidden: Collection[Key] = ()) -> PostgresView:
        """See the protocol."""
        return PostgresView(state().known, rights, hidden)

    def apply(self, prepared: Prepared, removed: Sequence[Key]) -> None:
        """See the protocol."""
        with _writing(), transaction.atomic():
            generation, gone = state().known.generation, 0
            for kind, ids in _by_kind([*removed, *(document.key for document in prepared.documents)]).items():
                gone += _rows(generation).filter(kind=kind, object_id__in=ids).delete()[0]
            writing = Writing(generation)
            writing.insert(prepared)
            writing.remember()
            more = len(prepared.documents) - gone
            IndexState.objects.filter(pk=1).update(documents=F("documents") + more)
        mark_change()
        settle()

    def rebuild(self, batches: Iterable[Prepared], total: int, progress: Progress | None = None) -> int:
        """See the protocol. Raises Busy when another process writes."""
        with _writing():
            postgres_table.mend()
            held, _ = IndexState.objects.get_or_create(pk=1)
            # What a killed rebuild left.
            SearchDocument.objects.exclude(generation=held.generation).delete()
            # Never one that was in use, also where the state was lost: processes remember things by it.
            generation, done = max(held.generation + 1, int(time.time())), 0
            writing = Writing(generation)
            for batch in batches:
                with transaction.atomic():
                    writing.insert(batch)
                done += len(batch.documents)
                IndexState.objects.filter(pk=1).update(progress=f"{done:,} of {total:,}")
                if progress:
                    progress(done, total)
            self._swap(writing, generation, done)
        settle(is_much=True)
        return done

    def _swap(self, writing: Writing, generation: int, count: int) -> None:
        with transaction.atomic():
            writing.remember()
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM search_vocabulary WHERE generation <> %s", [generation])
                cursor.execute("SELECT count(*) FROM search_vocabulary")
                (words,) = cursor.fetchone() or (0,)
            IndexState.objects.filter(pk=1).update(
                generation=generation, schema=SCHEMA_VERSION, note="", progress="", documents=count, vocabulary=words
            )
        SearchDocument.objects.exclude(generation=generation).delete()

    def versions(self) -> Iterator[tuple[Key, str]]:
        """See the protocol."""
        rows = _rows(state().known.generation).values_list("kind", "object_id", "version")
        for kind, pk, version in rows.iterator(chunk_size=5000):
            yield (kind, pk), version

    def health(self) -> Health:
        """See the protocol."""
        try:
            found = state()
            with told():
                count = _rows(found.known.generation).count()
        except EngineError as problem:
            return Health(self.name, problem=str(problem))
        except DatabaseError as problem:
            return Health(self.name, problem=f"the database answers {type(problem).__name__}")
        detail: dict[str, int | str] = {"generation": found.known.generation, "rebuild_asked": found.note}
        return Health(self.name, count, detail=detail)

    def ask_for_rebuild(self, reason: str) -> None:
        """See the protocol. A table that somebody holds for a while is no reason."""
        if reason in PASSING.values():
            return
        try:
            ask("UPDATE search_indexstate SET note = %s WHERE id = 1 AND note = '' RETURNING id", [reason[:500]])
        except EngineError as problem:
            # The worker finds out by itself.
            logger.warning("A rebuild could not be asked for: %s", problem)

    def wants_rebuild(self) -> str:
        """See the protocol."""
        try:
            found = state()
            return found.note or self._lost(found)
        except EngineError as problem:
            return "" if str(problem) in PASSING.values() else str(problem)

    def progress(self) -> str:
        """See the protocol."""
        try:
            return "".join(text for (text,) in ask("SELECT progress FROM search_indexstate WHERE id = 1"))
        except EngineError:
            return ""

    def _lost(self, found: State) -> str:
        """What of the index is gone; looked at now and then, because everything has to be counted."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY:
            return ""
        self._looked_at = time.monotonic()
        reason = lost(found)
        if reason:
            self.ask_for_rebuild(reason)
        return reason


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, pk in keys:
        found.setdefault(kind, []).append(pk)
    return found


def _rows(generation: int) -> Any:
    return SearchDocument.objects.filter(generation=generation)


@contextmanager
def _writing() -> Iterator[None]:
    """Be the one process that writes; raises Busy when another is, or holds a table of the index for long. A killed
    process's lock goes with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise Busy("another process is writing the index")
    try:
        _set("lock_timeout", _LOCK_PATIENCE)
        with told():
            yield
    except EngineError as problem:
        if str(problem) in PASSING.values():
            raise Busy(str(problem)) from problem
        raise
    finally:
        if connection.connection is not None and not connection.needs_rollback:
            _set("lock_timeout", None)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _set(name: str, value: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"RESET {name}" if value is None else f"SET {name} = '{value}'")
