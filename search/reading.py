"""What a search reads of records besides the index: documents that wait for it, texts to cut from, phrases."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

from django.db import DatabaseError

from search import registry, texts
from search.documents import Document, Part
from search.engines.protocol import Key, Scored
from search.query import Phrase, Query
from search.words import normal

logger = logging.getLogger(__name__)

Parts = Sequence[Part]


class Reading:
    """The texts that one search looks into, each read once.

    `documents` are at hand already. The kept text of a `changed` record may be old, so the record itself is read.
    """

    def __init__(self, documents: Iterable[Document] = (), changed: Iterable[Key] = ()) -> None:
        self._held: dict[Key, Parts] = {document.key: document.parts for document in documents}
        self._changed = frozenset(changed)

    def parts(self, keys: Iterable[Key]) -> Mapping[Key, Parts]:
        """The parts of these records; a record that can't be read is left out."""
        wanted = dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._held]
        self._held.update(texts.read(key for key in missing if key not in self._changed))
        for kind in sorted({kind for kind, _ in missing}):
            ids = [pk for name, pk in missing if name == kind and (kind, pk) not in self._held]
            self._held.update({document.key: document.parts for document in readable(kind, ids)})
        return {key: self._held[key] for key in wanted if key in self._held}

    def with_phrases(self, rows: Sequence[Scored], query: Query) -> list[Scored]:
        """Those rows whose text has the phrases; the index only knows that it has their words."""
        groups = [[_phrase(c.text) for c in group if isinstance(c, Phrase)] for group in query.required]
        pairs = zip(groups, query.required, strict=True)
        wanted = [patterns for patterns, group in pairs if len(patterns) == len(group)]
        unwanted = [_phrase(clause.text) for clause in query.excluded_phrases]
        parts = self.parts(row.key for row in rows)
        return [row for row in rows if row.key in parts and _holds(parts[row.key], wanted, unwanted)]


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


def _holds(parts: Parts, wanted: list[list[re.Pattern[str]]], unwanted: list[re.Pattern[str]]) -> bool:
    read = [normal(part.text) for part in parts]
    if any(pattern.search(text) for pattern in unwanted for text in read):
        return False
    return all(any(pattern.search(text) for pattern in either for text in read) for either in wanted)


def _phrase(text: str) -> re.Pattern[str]:
    words = re.findall(r"\w+", normal(text))
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
