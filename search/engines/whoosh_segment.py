"""One segment of a Whoosh index, read into arrays. Segments never change, so this is kept from commit to commit."""

import io
import pickle
from collections.abc import Iterator
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC
from whoosh.columns import NumericColumn
from whoosh.reading import SegmentReader, TermNotFound

from search.engines.whoosh_cures import DurableStorage
from search.engines.whoosh_schema import LENGTH_NAMES, SCHEMA, TALLY
from search.spelling import MAX_LOOKED_AT, Vocabulary, can_be_begun

Numbers = NDArray[Any]

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
        self.kind_numbers = self._column("kind_number")
        self.object_ids = self._column("object_id")
        self.days = self._column("day")
        self.lengths = np.stack([self._column(name) for name in LENGTH_NAMES], axis=1).astype(np.float32)
        self._facets: dict[str, Counted] | None = None
        self._vocabulary: Vocabulary | None = None

    def frequency(self, word: str) -> int:
        """How many documents of the segment hold a word, the deleted ones counted."""
        info = self._info("words", word)
        return int(info.doc_frequency()) if info else 0

    def postings(self, word: str) -> Postings | None:
        """The postings of a word, or None."""
        info = self._info("words", word)
        if info is None:
            return None
        documents, values = self._blocks(info)
        counts = np.frombuffer(values, dtype=np.uint8).reshape(-1, TALLY.size)[:, :4]
        return Postings(documents, counts)

    def having(self, field: str, token: str) -> Numbers | None:
        """The documents that have an exact value, ascending, or None."""
        info = self._info(field, token)
        return None if info is None else self._blocks(info)[0]

    def facets(self) -> dict[str, Counted]:
        """For each counted fact, which documents have which of its values."""
        if self._facets is None:
            found: dict[str, dict[str, Numbers]] = {}
            for token, info in self._terms("facets"):
                name, _, value = token.partition(":")
                found.setdefault(name, {})[value] = self._blocks(info)[0]
            self._facets = {name: Counted(list(held), list(held.values())) for name, held in found.items()}
        return self._facets

    def vocabulary(self) -> Vocabulary:
        """The prose words of the segment."""
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self._words())
        return self._vocabulary

    def beginning_with(self, beginning: str) -> list[str]:
        """Words that are longer and begin so, at most `MAX_LOOKED_AT` of them."""
        found: list[str] = []
        if not can_be_begun(beginning):
            return found
        key = beginning.encode()
        with self._lock:
            for (name, token), _ in self._reader._terms.items_from("words", key):
                if name != "words" or not token.startswith(key) or len(found) >= MAX_LOOKED_AT:
                    break
                found.append(token.decode("utf-8"))
        return [word for word in found if word != beginning]

    def versions(self) -> Iterator[tuple[int, str]]:
        """Each document's place and the version that was indexed."""
        for place in range(self.size):
            yield place, str(self._reader.stored_fields(place).get("version", ""))

    def _words(self) -> Iterator[str]:
        """Every word that is no stem; what Whoosh knows of it is not unpacked."""
        for name, token in self._reader._terms.terms_from("words", b""):
            if name != "words":
                return
            if token.isalpha():
                yield token.decode("utf-8")

    def _terms(self, field: str) -> Iterator[tuple[str, Any]]:
        for (name, token), info in self._reader._terms.items_from(field, b""):
            if name != field:
                return
            yield token.decode("utf-8"), info

    def _info(self, field: str, token: str) -> Any:
        try:
            with self._lock:
                return self._reader._terms.term_info(field, token.encode("utf-8", "replace"))
        except TermNotFound:
            return None

    def _column(self, name: str) -> Numbers:
        code, kind = _COLUMNS.get(name, ("i", ">i4"))
        full = np.zeros(self.size, dtype=np.dtype(kind).newbyteorder("="))
        if not self._reader.has_column(name):
            return full  # Every value is the default.
        column = self._reader._perdoc.column_reader(name, NumericColumn(code))
        held = np.frombuffer(column._dbfile.get(column._basepos, column._count * column._fixedlen), dtype=kind)
        full[: len(held)] = held
        return full

    def _blocks(self, info: Any) -> tuple[Numbers, bytes]:
        """All postings of a term at once: Whoosh's own matcher takes them one by one."""
        offset, (length,) = info.extent()  # Whoosh leaves the length unpacked as it read it: a tuple of one.
        with self._lock:
            data = self._reader._terms._postfile.get(offset, length)
        stream = io.BytesIO(data)
        if stream.read(4) != WHOOSH3_HEADER_MAGIC:
            raise ValueError("A block of postings is damaged.")
        ids: list[Numbers] = []
        values: list[bytes] = []
        last = False
        while not last:
            size = int.from_bytes(stream.read(4), "big", signed=True)
            last = size < 0
            # Whoosh's files are pickles; the directory is ours alone (see whoosh_files.py).
            count, *_ = pickle.load(stream)  # noqa: S301 - only files that nobody else could write are opened
            steps, _, tally = pickle.load(stream)  # noqa: S301 - only files that nobody else could write are opened
            ids.append(np.cumsum(np.fromiter(steps, dtype=np.int64, count=count)))
            values.append(tally or b"")
        documents = ids[0] if len(ids) == 1 else np.concatenate(ids)
        if len(documents) and (documents[-1] >= self.size or documents[0] < 0):
            raise ValueError("A block of postings is damaged.")
        return documents, b"".join(values)
