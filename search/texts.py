"""The text that each document was indexed with, in one row of the database, so that a page of results is one query.

A record that waits in the outbox may have changed since: its text is read from the record itself (search/ranking.py).
"""

from collections.abc import Collection, Iterable

from hindsight.lib.rows import rows_of, table
from search.documents import Part
from search.engines.protocol import Key
from search.models import IndexedText
from search.packing import unpacked_text
from search.preparing import Prepared

_BATCH = 200


def keep(prepared: Prepared) -> None:
    """Write these documents' texts in place of what stood there; called where the index takes them in."""
    pairs = zip(prepared.documents, prepared.made.texts, strict=True)
    rows = [IndexedText(kind=each.kind, object_id=each.id, parts=packed) for each, packed in pairs]
    IndexedText.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["parts"],
    )


def forget(keys: Iterable[Key]) -> None:
    """Remove the texts of records that are gone."""
    by_kind: dict[str, list[int]] = {}
    for kind, pk in keys:
        by_kind.setdefault(kind, []).append(pk)
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), _BATCH):
            IndexedText.objects.filter(kind=kind, object_id__in=ids[start : start + _BATCH]).delete()


def keep_only(keys: Collection[Key]) -> None:
    """Remove every text but these records'; what a rebuild found gone is among them."""
    wanted = set(keys)
    held = IndexedText.objects.values_list("kind", "object_id").iterator(chunk_size=5000)
    forget([key for key in held if key not in wanted])


def read(keys: Iterable[Key]) -> dict[Key, tuple[Part, ...]]:
    """The texts of those of these records that have one; one query a kind. A row that can't be read is left out."""
    found: dict[Key, tuple[Part, ...]] = {}
    by_kind: dict[str, list[int]] = {}
    for kind, pk in keys:
        by_kind.setdefault(kind, []).append(pk)
    for kind, ids in by_kind.items():
        for pk, packed in rows_of(table(IndexedText), "object_id, parts", "object_id", ids, kind=kind):
            parts = unpacked_text(packed)
            if parts is not None:
                found[kind, pk] = parts
    return found
