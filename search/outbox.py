"""The way from a change to the index: `enqueue` in the change's transaction, `drain` in the one indexing process."""

from collections.abc import Callable, Collection, Iterable

from search.indexing import drain
from search.models import OutboxEntry

__all__ = ["drain", "enqueue", "enqueue_many", "listen"]

_listeners: dict[str, list[Callable[[Collection[int]], None]]] = {}


def listen(kind: str, listener: Callable[[Collection[int]], None]) -> None:
    """Let `listener` know the ids of changed records of a kind, inside the transaction of each change."""
    listeners = _listeners.setdefault(kind, [])
    if listener not in listeners:
        listeners.append(listener)


def _tell(kind: str, object_ids: Collection[int]) -> None:
    for listener in _listeners.get(kind, ()):
        listener(object_ids)


def enqueue(kind: str, object_id: int) -> None:
    """Note that a record was created, changed or deleted; call it inside the transaction that does so."""
    OutboxEntry.objects.create(kind=kind, object_id=object_id)
    _tell(kind, [object_id])


def enqueue_many(kind: str, object_ids: Iterable[int]) -> None:
    """`enqueue` for an importer: one statement for many records."""
    changed = list(object_ids)
    OutboxEntry.objects.bulk_create([OutboxEntry(kind=kind, object_id=pk) for pk in changed], batch_size=500)
    for start in range(0, len(changed), 500):
        _tell(kind, changed[start : start + 500])
