"""The way from a change to the index: `enqueue` in the change's transaction, `drain` in the one indexing process."""

from collections.abc import Iterable

from search.indexing import drain
from search.models import OutboxEntry

__all__ = ["drain", "enqueue", "enqueue_many"]


def enqueue(kind: str, object_id: int) -> None:
    """Note that a record was created, changed or deleted; call it inside the transaction that does so."""
    OutboxEntry.objects.create(kind=kind, object_id=object_id)


def enqueue_many(kind: str, object_ids: Iterable[int]) -> None:
    """`enqueue` for an importer: one statement for many records."""
    OutboxEntry.objects.bulk_create([OutboxEntry(kind=kind, object_id=pk) for pk in object_ids], batch_size=500)
