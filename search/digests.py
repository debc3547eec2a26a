"""What re-ranking reads of documents, one row of the database each: written where the index takes documents in."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Value
from django.db.models.functions import Concat
from numpy.typing import NDArray

from hindsight.lib.rows import Row, rows_of, table
from search.documents import Document
from search.engines.protocol import Key
from search.models import Digest
from search.packing import unpacked_words
from search.passages import Told
from search.preparing import Prepared
from search.tally import day_of

_BATCH = 200
# What stands of a record when its text has changed: vectors are made anew, unless the passages stayed the same.
_WRITTEN = ("text_hash", "words", "proof", "has_cause", "has_fix", "day", "services")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a record is worth beside the match: how its fix is proven, whether it tells cause and fix, when it was."""

    proof: str = ""
    has_cause: bool = False
    has_fix: bool = False
    day: int = 0
    services: frozenset[str] = frozenset()


def keep(prepared: Prepared) -> None:
    """Write the digests of documents that the index takes in. Vectors of unchanged passages stay."""
    made = prepared.made
    rows = [_row(*each) for each in zip(prepared.documents, made.hashes, made.told, strict=True)]
    Digest.objects.bulk_create(
        rows, batch_size=_BATCH, update_conflicts=True, unique_fields=["kind", "object_id"], update_fields=_WRITTEN
    )


def _row(document: Document, text_hash: str, words: bytes) -> Digest:
    standing = standing_of(document)
    return Digest(
        kind=document.kind,
        object_id=document.id,
        text_hash=text_hash,
        words=words,
        proof=standing.proof[:20],
        has_cause=standing.has_cause,
        has_fix=standing.has_fix,
        day=standing.day,
        services="\n".join(sorted(standing.services)),
    )


def standing_of(document: Document) -> Standing:
    """What a document says of the record besides its words."""
    fields = {part.field for part in document.parts if part.text.strip()}
    return Standing(
        proof=next(iter(document.facts.get("verified", ())), ""),
        has_cause="root_cause" in fields,
        has_fix="fix" in fields,
        day=day_of(document),
        services=frozenset(name.casefold() for name in document.facts.get("service", ())),
    )


def forget(keys: Iterable[Key]) -> None:
    """Remove the digests of records that are gone."""
    for kind, ids in _by_kind(keys).items():
        for start in range(0, len(ids), _BATCH):
            Digest.objects.filter(kind=kind, object_id__in=ids[start : start + _BATCH]).delete()


def keep_only(keys: Collection[Key]) -> None:
    """Remove every digest but these records'."""
    wanted = set(keys)
    held = Digest.objects.values_list("kind", "object_id").iterator(chunk_size=5000)
    forget([key for key in held if key not in wanted])


def standings(keys: Iterable[Key]) -> dict[Key, Standing]:
    """What these records are worth beside the match; one query a kind."""
    found: dict[Key, Standing] = {}
    for kind, ids in _by_kind(keys).items():
        for pk, proof, cause, fix, day, services in _rows("proof, has_cause, has_fix, day, services", kind, ids):
            near = frozenset(filter(None, services.split("\n")))
            found[kind, pk] = Standing(proof, bool(cause), bool(fix), day, near)
    return found


def words_of(keys: Iterable[Key]) -> dict[Key, Told]:
    """The words of these records' passages; a row that can't be read is left out."""
    found: dict[Key, Told] = {}
    for kind, ids in _by_kind(keys).items():
        for pk, packed in _rows("words", kind, ids):
            unpacked = unpacked_words(bytes(packed))
            if unpacked is not None:
                found[kind, pk] = unpacked
    return found


def vectors_of(keys: Iterable[Key], model: str, size: int) -> dict[Key, NDArray[np.int8]]:
    """The vectors that this model made of these records' passages as they are now, a row of `size` numbers each."""
    found: dict[Key, NDArray[np.int8]] = {}
    for kind, ids in _by_kind(keys).items():
        rows = Digest.objects.filter(kind=kind, object_id__in=ids, model=Concat(Value(f"{model} "), F("text_hash")))
        for pk, packed in rows.values_list("object_id", "vectors"):
            if packed and len(packed) % size == 0:
                found[kind, pk] = np.frombuffer(bytes(packed), dtype=np.int8).reshape(-1, size)
    return found


def _rows(columns: str, kind: str, ids: Iterable[int]) -> Iterator[Row]:
    """These columns of some digests, the record's id first."""
    return rows_of(table(Digest), f"object_id, {columns}", "object_id", ids, kind=kind)


def _by_kind(keys: Iterable[Key]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for kind, pk in keys:
        found[kind].append(pk)
    return found
