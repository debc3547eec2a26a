"""One segment of a Whoosh index as arrays. Segments never change, so this is kept from commit to commit."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.columns import NumericColumn
from whoosh.reading import SegmentReader

from search.engines.whoosh_cures import DurableStorage
from search.engines.whoosh_schema import COUNTED, LENGTH_NAMES, SCHEMA
from search.engines.word_files import WordFile, check, value_word
from search.spelling import MAX_LOOKED_AT, Vocabulary, can_be_begun

Numbers = NDArray[Any]

# The file of a segment's words, beside Whoosh's own.
WORDS = ".words"
_COLUMNS = {"kind_number": ("I", ">u4"), "object_id": ("q", ">i8"), "day": ("i", ">i4")}


class Postings:
    """Documents that hold a word, ascending, with how often it stands in each of the four groups."""

    __slots__ = ("counts", "documents")

    def __init__(self, documents: Numbers, counts: Numbers) -> None:
        self.documents = documents
        self.counts = counts


class Counted:
    """One counted fact: its values, and each document that has one with the number of that value, side by side."""

    __slots__ = ("documents", "numbers", "values")

    def __init__(self, values: list[str], documents: list[Numbers]) -> None:
        self.values = values
        self.documents = np.concatenate(documents).astype(np.int32)
        self.numbers = np.repeat(np.arange(len(values), dtype=np.int32), [len(held) for held in documents])


class Segment:
    """Columns, postings, facets and vocabulary of one segment."""

    def __init__(self, storage: DurableStorage, segment: Any) -> None:
        self.name = segment.segment_id()
        self._reader = SegmentReader(storage, SCHEMA, segment)
        self._lock = Lock()
        self.size: int = self._reader.doc_count_all()
        self._words = word_file(storage, segment)
        self.kind_numbers = self._column("kind_number")
        self.object_ids = self._column("object_id")
        self.days = self._column("day")
        self.lengths = np.stack([self._column(name) for name in LENGTH_NAMES], axis=1).astype(np.float32)
        self._facets: dict[str, Counted] | None = None
        self._vocabulary: Vocabulary | None = None

    def frequency(self, word: str) -> int:
        """How many documents of the segment hold a word, the deleted ones counted."""
        return self._words.frequency(word)

    def postings(self, word: str) -> Postings | None:
        """The postings of a word, or None."""
        found = self._words.postings(word)
        return None if found is None else Postings(*found)

    def having(self, field: str, token: str) -> Numbers | None:
        """The documents that have an exact value, ascending, or None."""
        found = self._words.postings(value_word(field, token))
        return None if found is None else found[0]

    def facets(self) -> dict[str, Counted]:
        """For each counted fact, which documents have which of its values."""
        if self._facets is None:
            found: dict[str, dict[str, Numbers]] = {}
            for token, documents in self._words.values(COUNTED):
                name, _, value = token.partition(":")
                found.setdefault(name, {})[value] = documents
            self._facets = {name: Counted(list(held), list(held.values())) for name, held in found.items()}
        return self._facets

    def vocabulary(self) -> Vocabulary:
        """The prose words of the segment."""
        if self._vocabulary is None:
            self._vocabulary = self._words.vocabulary()
        return self._vocabulary

    def beginning_with(self, beginning: str) -> list[tuple[str, int]]:
        """Longer words that begin so, at most `MAX_LOOKED_AT`, and how many documents hold each, deleted ones too."""
        if not can_be_begun(beginning):
            return []
        return [held for held in self._words.beginning_with(beginning, MAX_LOOKED_AT) if held[0] != beginning]

    def versions(self) -> Iterator[tuple[int, str]]:
        """Each document's place and the version that was indexed."""
        for place in range(self.size):
            yield place, str(self._reader.stored_fields(place).get("version", ""))

    def _column(self, name: str) -> Numbers:
        code, kind = _COLUMNS.get(name, ("i", ">i4"))
        full = np.zeros(self.size, dtype=np.dtype(kind).newbyteorder("="))
        if not self._reader.has_column(name):
            return full  # Every value is the default.
        column = self._reader._perdoc.column_reader(name, NumericColumn(code))
        held = np.frombuffer(column._dbfile.get(column._basepos, column._count * column._fixedlen), dtype=kind)
        full[: len(held)] = held
        return full


def word_file(storage: DurableStorage, segment: Any) -> WordFile:
    """The words of a segment, from its file as it lies on the disk."""
    return WordFile(storage.reading(segment.make_filename(WORDS), check), segment.doc_count_all())
