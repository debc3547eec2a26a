"""What the indexing process does: take changes from the outbox, rebuild, and compare index and database."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone

from search import crew, digests, registry, texts, watching
from search.current import engine
from search.documents import Document
from search.engines.protocol import EngineError, Key, Progress
from search.engines.whoosh_files import Busy
from search.models import OutboxEntry
from search.preparing import Prepared, prepare

logger = logging.getLogger(__name__)

MAX_TRIES = 5
BATCH = 100
# A rebuild begins with so few, to learn how long records are, and reads about so many characters at once.
FIRST_BATCH = 20
CHARACTERS = 4_000_000


def drain(limit: int = 200) -> int:
    """Bring the oldest changes into the index; returns how many outbox rows were dealt with.

    Safe to repeat and to kill: rows go away after the index has them on disk. Rebuilds first if the index asks for it.
    Does nothing while another process writes or the index can't be written. A document that can't be indexed is parked
    after five tries.
    """
    try:
        if engine().wants_rebuild():
            rebuild()
        return _drain(limit)
    except Busy:
        return 0
    except EngineError as problem:
        logger.warning("The index can't be written now: %s", problem)
        return 0


def rebuild(progress: Progress | None = None) -> int:
    """Build a new index from the database and swap it in; returns its number of documents. Raises Busy, EngineError."""
    # What changes from here on stays in the outbox and is taken in afterwards.
    waiting = list(OutboxEntry.objects.values_list("pk", "kind", "object_id"))
    seen = [pk for pk, _, _ in waiting]
    keys = [(source, list(source.all_ids())) for source in registry.sources()]
    total = sum(len(ids) for _, ids in keys)
    skipped: list[Key] = []
    count = engine().rebuild(_all_prepared(keys, total, skipped), total, progress)
    held = {(source.kind, pk) for source, ids in keys for pk in ids}
    texts.keep_only(held)
    digests.keep_only(held)
    _look_at({(kind, pk) for _, kind, pk in waiting})
    for start in range(0, len(seen), 500):
        OutboxEntry.objects.filter(pk__in=seen[start : start + 500]).delete()
    for kind, pk in skipped:
        OutboxEntry.objects.create(kind=kind, object_id=pk, tries=MAX_TRIES, parked_at=timezone.now())
    return count


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the index differs from the database, what the outbox still holds left aside."""

    missing: tuple[Key, ...] = ()
    stale: tuple[Key, ...] = ()
    extra: tuple[Key, ...] = ()
    waiting: int = 0
    parked: tuple[Key, ...] = field(default=())

    @property
    def is_none(self) -> bool:
        """Tell whether index and database agree."""
        return not (self.missing or self.stale or self.extra or self.parked)


def drift() -> Drift:
    """Compare every record's version with the one that was indexed. Raises EngineError when the index can't be read."""
    indexed = dict(engine().versions())
    waiting = set(OutboxEntry.objects.filter(parked_at=None).values_list("kind", "object_id"))
    parked = _parked()
    wanted = {
        (source.kind, pk): version
        for source in registry.sources()
        for pk, version in registry.versions_of(source).items()
    }
    compared = (set(wanted) | set(indexed)) - waiting - parked
    return Drift(
        missing=tuple(sorted(key for key in compared if key not in indexed)),
        stale=tuple(sorted(k for k in compared if k in indexed and k in wanted and indexed[k] != wanted[k])),
        extra=tuple(sorted(key for key in compared if key not in wanted)),
        waiting=len(waiting),
        parked=tuple(sorted(parked)),
    )


def _drain(limit: int) -> int:
    entries = list(OutboxEntry.objects.filter(parked_at=None)[:limit])
    if not entries:
        return 0
    by_key: dict[Key, list[OutboxEntry]] = {}
    for entry in entries:
        by_key.setdefault((entry.kind, entry.object_id), []).append(entry)
    done = _take_in(list(by_key))
    finished = [entry.pk for key in done for entry in by_key[key]]
    OutboxEntry.objects.filter(pk__in=finished).delete()
    for kind, pk in done & _parked():
        OutboxEntry.objects.filter(kind=kind, object_id=pk).exclude(parked_at=None).delete()
    failed = [entry for key, held in by_key.items() if key not in done for entry in held]
    for entry in failed:
        _note_failure(entry)
    return len(entries)


def _parked() -> set[Key]:
    return set(OutboxEntry.objects.exclude(parked_at=None).values_list("kind", "object_id"))


def _take_in(keys: list[Key]) -> set[Key]:
    """Index these records, together if that works, else one by one; returns those that succeeded."""
    try:
        _apply(keys)
    except (EngineError, DatabaseError):
        raise
    except Exception:
        logger.exception("A batch could not be indexed; trying its %s records one by one", len(keys))
        return {key for key in keys if _take_in_one(key)}
    return set(keys)


def _take_in_one(key: Key) -> bool:
    try:
        _apply([key])
    except (EngineError, DatabaseError):
        raise
    except Exception:
        logger.exception("Record %s %s could not be indexed", *key)
        return False
    return True


def _apply(keys: list[Key]) -> None:
    documents = [document for kind in {kind for kind, _ in keys} for document in _documents(kind, keys)]
    held = {document.key for document in documents}
    gone = [key for key in keys if key not in held]
    # Before the index is touched: what fails here is the document's fault.
    prepared = prepare(documents)
    try:
        engine().apply(prepared, gone)
    except Busy:
        raise
    except EngineError as problem:
        # The index, not the document, is at fault: the next round rebuilds it.
        engine().ask_for_rebuild(str(problem))
        raise
    texts.keep(prepared)
    texts.forget(gone)
    digests.keep(prepared)
    digests.forget(gone)
    watching.look_at(documents)


def _documents(kind: str, keys: Iterable[Key]) -> list[Document]:
    return registry.documents_of(kind, [pk for name, pk in keys if name == kind])


def _note_failure(entry: OutboxEntry) -> None:
    entry.tries += 1
    entry.problem = "This record could not be read into the index; the log says why."
    if entry.tries >= MAX_TRIES:
        entry.parked_at = timezone.now()
    entry.save(update_fields=["tries", "problem", "parked_at"])


def _look_at(keys: set[Key]) -> None:
    """Hold what a rebuild took in from the outbox against saved searches, as if it had come one by one."""
    for kind in {kind for kind, _ in keys}:
        ids = sorted(pk for name, pk in keys if name == kind)
        for start in range(0, len(ids), BATCH):
            watching.look_at(_readable(kind, ids[start : start + BATCH], []))


def _all_prepared(keys: list[tuple[registry.Source, list[int]]], total: int, skipped: list[Key]) -> Iterator[Prepared]:
    for prepared in crew.prepared(_all_documents(keys, skipped), total):
        texts.keep(prepared)
        digests.keep(prepared)
        yield prepared


def _all_documents(keys: list[tuple[registry.Source, list[int]]], skipped: list[Key]) -> Iterator[list[Document]]:
    """Every document, in batches of about as much text: of records with long logs fewer are in hand at once."""
    for source, ids in keys:
        start, size = 0, FIRST_BATCH
        while start < len(ids):
            documents = _readable(source.kind, ids[start : start + size], skipped)
            start += size
            characters = sum(len(part.text) for document in documents for part in document.parts)
            size = max(1, min(BATCH, size * CHARACTERS // max(characters, 1)))
            yield documents


def _readable(kind: str, ids: list[int], skipped: list[Key]) -> list[Document]:
    """The documents of a batch; one that can't be read is left out and noted instead of stopping a rebuild."""
    try:
        return registry.documents_of(kind, ids)
    except DatabaseError:
        raise
    except Exception:
        if len(ids) == 1:
            logger.exception("Record %s %s could not be indexed", kind, ids[0])
            skipped.append((kind, ids[0]))
            return []
        return [document for pk in ids for document in _readable(kind, [pk], skipped)]
