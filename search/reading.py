"""What a search reads of records besides the index: documents that wait for it, texts to cut from, phrases."""

import logging
from collections.abc import Iterable, Mapping, Sequence

from django.db import DatabaseError

from search import registry, texts
from search.checking import Check
from search.documents import Document, Part
from search.engines.protocol import Key, Scored
from search.query import Query
from search.signing import is_shown

logger = logging.getLogger(__name__)

Parts = Sequence[Part]


class Reading:
    """The texts that one search looks into, each read once.

    `documents` are at hand already. The kept text of a `changed` record may be old, so the record itself is read.
    """

    def __init__(self, documents: Iterable[Document] = (), changed: Iterable[Key] = ()) -> None:
        self._held: dict[Key, Parts] = {document.key: shown(document) for document in documents}
        self._changed = frozenset(changed)

    def parts(self, keys: Iterable[Key]) -> Mapping[Key, Parts]:
        """The parts of these records; a record that can't be read is left out."""
        wanted = dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._held]
        self._held.update(texts.read(key for key in missing if key not in self._changed))
        for kind in sorted({kind for kind, _ in missing}):
            ids = [pk for name, pk in missing if name == kind and (kind, pk) not in self._held]
            self._held.update({document.key: shown(document) for document in readable(kind, ids)})
        return {key: self._held[key] for key in wanted if key in self._held}

    def at_hand(self, keys: Iterable[Key]) -> Mapping[Key, Parts]:
        """The parts of those of these records that were read already; what waits for the index is among them."""
        return {key: self._held[key] for key in keys if key in self._held}

    def with_phrases(self, rows: Sequence[Scored], query: Query) -> list[Scored]:
        """Those rows whose text has the phrases; the index only knows that it has their words."""
        check = Check(query)
        parts = self.parts(row.key for row in rows)
        holding = {row.key: check.holds(parts[row.key]) for row in rows if row.key in parts}
        # To know a record's facts it has to be built, which takes far longer than reading its text.
        unsure = [row for row in rows if row.key in holding and holding[row.key] is None]
        for document in (d for kind in {row.key[0] for row in unsure} for d in readable(kind, _ids(unsure, kind))):
            self._held[document.key] = shown(document)
            holding[document.key] = check.holds(self._held[document.key], document.facts)
        return [row for row in rows if holding.get(row.key)]


def shown(document: Document) -> Parts:
    """The parts of a document that are for people."""
    return [part for part in document.parts if is_shown(part)]


def _ids(rows: Sequence[Scored], kind: str) -> list[int]:
    return [row.key[1] for row in rows if row.key[0] == kind]


def readable(kind: str, ids: list[int]) -> list[Document]:
    """The documents of these ids; one that can't be built must not take search down with it."""
    try:
        return registry.documents_of(kind, ids)
    except DatabaseError:
        raise
    except Exception:
        if len(ids) <= 1:
            logger.exception("Record %s %s can't be searched", kind, ids)
            return []
        return [document for pk in ids for document in readable(kind, [pk])]
