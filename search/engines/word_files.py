"""The words of one segment as flat arrays in one file: read where it is asked for, checked by a sum when it is opened.

A word's postings are a stretch of the arrays of documents and counts. Exact values (facts, rights) stand among the
words behind a sign that no word begins with. Spellable words stand once more by length, with their letters as bits.
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from struct import Struct
from typing import Any, BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.fields import GROUP_COUNT
from search.preparing import Made, packed_counts
from search.spelling import MAX_LENGTH, MIN_LENGTH, Vocabulary

Numbers = NDArray[Any]
Read = Callable[[int, int], bytes]

# Of the heads of words every so manieth is kept in memory, and so many words are read at once where they follow.
_STEP = 64
_MOST_AT_ONCE = 4096
_FEW_WORDS = 3000
_NOT_HELD = (0, 0)
# So many words that were looked up are remembered.
_MOST_KNOWN = 4096
_MAGIC = b"HSWORDS1"
# Two numbers that follow each other say where something begins and ends.
_PAIR = Struct("<qq")
# Magic, the sum of all that follows it, and the length of the table of contents.
_HEAD = 16
_VALUE = "\x01"
_UTF8 = ("utf-8", "surrogatepass")
# What stands in no group at all: exact values.
_NOWHERE = bytes(GROUP_COUNT)


def value_word(field: str, token: str) -> str:
    """An exact value as it stands among the words."""
    return f"{_VALUE}{field}{_VALUE}{token}"


class WordFile:
    """The words of one segment of `size` documents, in a file that was checked. Raises ValueError if it is of another
    segment, or became shorter.

    `read` gives so many bytes from a place on; size and place are its arguments. Nothing is mapped: reading behind the
    end of a file that somebody cut short would end the whole process.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        begin = _HEAD + int.from_bytes(self._bytes(12, 4), "little")
        self._base = begin
        self._table: dict[str, tuple[str, int, int]] = json.loads(self._bytes(_HEAD, begin - _HEAD))
        self.count = self._table["heads"][2]
        # Where the arrays begin that every look-up reads; all of them hold numbers of eight bytes, but the text.
        self._heads, self._text_at, self._first, self._text = (
            begin + self._table[name][1] for name in ("heads", "text_at", "first", "text")
        )
        # A search asks for a word more than once: how rare it is, then where it stands.
        self._known: dict[str, tuple[int, int]] = {}
        # Every so manieth of them is at hand; what lies between is read when it is asked for.
        self._steps: list[int] = self._array("heads")[::_STEP].tolist()
        if self._table.get("size", ("", 0, 0))[2] > size:
            raise ValueError("A file of words is damaged.")
        # Every saved change makes a segment of a few hundred words: those are all at hand.
        few = self.count <= _FEW_WORDS
        self._all = {word: (begin, end) for word, begin, end in self._from(b"")} if few else None

    def frequency(self, word: str) -> int:
        """How many documents hold a word."""
        begin, end = self._held(word)
        return end - begin

    def postings(self, word: str) -> tuple[Numbers, Numbers] | None:
        """The documents that hold a word, ascending, and their four counts; None for a word that is not here."""
        begin, end = self._held(word)
        return self._postings(begin, end) if end else None

    def beginning_with(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The first `limit` words that begin so, in the order of their bytes, with how many documents hold each."""
        found = islice(self._from(beginning.encode(*_UTF8)), limit)
        return [(word.decode(*_UTF8), end - begin) for word, begin, end in found]

    def values(self, field: str) -> Iterator[tuple[str, Numbers]]:
        """Every exact value of a field with its documents."""
        lead = value_word(field, "").encode(*_UTF8)
        for word, begin, end in self._from(lead):
            yield word[len(lead) :].decode(*_UTF8), self._array("documents", begin, end)

    def vocabulary(self) -> Vocabulary:
        """The spellable words."""
        sizes = [size for size in range(MIN_LENGTH, MAX_LENGTH + 1) if f"spelled{size}" in self._table]
        return Vocabulary(
            {size: self._array(f"spelled{size}").view(f"S{size}") for size in sizes},
            {size: self._array(f"letters{size}") for size in sizes},
        )

    def words(self) -> list[str]:
        """All words, in order."""
        return [word.decode(*_UTF8) for word, _, _ in self._from(b"")]

    def all_postings(self) -> tuple[Numbers, Numbers, Numbers]:
        """The number of each posting's word, its document, its counts."""
        numbers = np.repeat(np.arange(self.count, dtype=np.uint32), np.diff(self._array("first")).astype(np.int64))
        return numbers, *self._postings(0, len(numbers))

    def _held(self, word: str) -> tuple[int, int]:
        """Where the postings of a word begin and end; twice 0 for a word that is not here."""
        if self._all is not None:
            return self._all.get(word.encode(*_UTF8), _NOT_HELD)
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[word] = self._looked_up(word.encode(*_UTF8))
        return known

    def _looked_up(self, raw: bytes) -> tuple[int, int]:
        at = self._place(raw)
        if at >= self.count or self._word(at) != raw:
            return _NOT_HELD
        begin, end = _PAIR.unpack(self._bytes(self._first + 8 * at, 16))
        return begin, end

    def _postings(self, begin: int, end: int) -> tuple[Numbers, Numbers]:
        counts = self._array("counts", GROUP_COUNT * begin, GROUP_COUNT * end)
        return self._array("documents", begin, end), counts.reshape(-1, GROUP_COUNT)

    def _from(self, lead: bytes) -> Iterator[tuple[bytes, int, int]]:
        """Every word that begins so, in order, with where its postings begin and end."""
        at, size = self._place(lead), _STEP
        while at < self.count:
            end = min(at + size, self.count)
            firsts = self._array("first", at, end + 1).tolist()
            for word, pair in zip(self._words(at, end), pairwise(firsts), strict=True):
                if not word.startswith(lead):
                    return
                yield word, *pair
            at, size = end, min(2 * size, _MOST_AT_ONCE)

    def _place(self, raw: bytes) -> int:
        """Where a word stands or would stand: by its first eight bytes, then among those that share them."""
        head = int.from_bytes(raw[:8].ljust(8, b"\0"), "big")
        begin = max(bisect_left(self._steps, head) - 1, 0) * _STEP
        heads = self._heads_from(begin)
        low = begin + bisect_left(heads, head)
        high = begin + bisect_left(heads, head + 1)
        if high == begin + len(heads):
            begin = max(bisect_left(self._steps, head + 1) - 1, 0) * _STEP
            high = begin + bisect_left(self._heads_from(begin), head + 1)
        while low < high:
            middle = (low + high) // 2
            if self._word(middle) < raw:
                low = middle + 1
            else:
                high = middle
        return low

    def _heads_from(self, begin: int) -> "memoryview[int]":
        size = min(_STEP, self.count - begin)
        return memoryview(self._bytes(self._heads + 8 * begin, 8 * size)).cast("Q")

    def _word(self, at: int) -> bytes:
        begin, end = _PAIR.unpack(self._bytes(self._text_at + 8 * at, 16))
        return self._bytes(self._text + begin, end - begin)

    def _words(self, begin: int, end: int) -> list[bytes]:
        places = self._array("text_at", begin, end + 1).tolist()
        text = self._array("text", places[0], places[-1]).tobytes()
        return [text[at - places[0] : to - places[0]] for at, to in pairwise(places)]

    def _array(self, name: str, begin: int = 0, end: int | None = None) -> Numbers:
        """A stretch of an array, or all of it."""
        kind, offset, count = self._table[name]
        size, end = np.dtype(kind).itemsize, count if end is None else end
        return np.frombuffer(self._bytes(self._base + offset + begin * size, (end - begin) * size), dtype=kind)

    def _bytes(self, at: int, size: int) -> bytes:
        found = self._read(size, at)
        if len(found) != size:
            raise ValueError("A file of words was cut short.")
        return found


def check(stream: BinaryIO) -> None:
    """Read a whole file, piece by piece so that it stays out of this process's memory. Raises ValueError if damaged."""
    magic, wanted, total = stream.read(8), stream.read(4), 0
    while piece := stream.read(1 << 20):
        total = crc32(piece, total)
    if magic != _MAGIC or total != int.from_bytes(wanted, "little"):
        raise ValueError("A file of words is damaged.")


class Gathering:
    """The words of a segment on their way into its file."""

    def __init__(self) -> None:
        # By their bytes, which is how they are sorted and written.
        self._numbers: dict[bytes, int] = {}
        self._words = array("I")
        self._documents: list[Numbers] = []
        self._counts = bytearray()

    def add(self, document: int, counts: Mapping[str, Sequence[int]], values: Sequence[str]) -> None:
        """One document's words with their four counts, and its exact values as `value_word` writes them."""
        self._words.extend(self._numbers_of(chain(counts, values)))
        self._documents.append(np.full(len(counts) + len(values), document, dtype="<u4"))
        self._counts += packed_counts(counts)
        self._counts += _NOWHERE * len(values)

    def add_made(self, document: int, made: Made) -> None:
        """The words of several documents, of which the first has this number."""
        own = np.array(self._numbers_of(made.words), dtype=np.uint32)
        self._words.frombytes(own[made.numbers].tobytes())
        self._documents.append(np.repeat(np.arange(document, document + len(made.sizes), dtype="<u4"), made.sizes))
        self._counts += made.counts

    def add_file(self, held: WordFile, places: Numbers) -> None:
        """The postings of another segment; `places` says which document each of its documents becomes, -1 for none."""
        numbers, documents, counts = held.all_postings()
        becomes = places[documents]
        kept = becomes >= 0
        own = np.array(self._numbers_of(held.words()), dtype=np.uint32)
        self._words.frombytes(own[numbers[kept]].tobytes())
        self._documents.append(becomes[kept].astype("<u4"))
        self._counts += counts[kept].tobytes()

    def contents(self) -> list[bytes | memoryview]:
        """The pieces of the file, in order; what was gathered is given up on the way, as it may be large."""
        raw = sorted(self._numbers)
        rank = np.empty(len(raw), dtype=np.uint32)
        rank[np.fromiter(map(self._numbers.__getitem__, raw), np.int64, len(raw))] = np.arange(len(raw))
        self._numbers = {}
        order, first = self._ordered(rank)
        documents = np.concatenate(self._documents) if self._documents else np.zeros(0, "<u4")
        self._documents = []
        counts = np.frombuffer(self._counts, dtype="<u4")
        arrays = {
            "text": np.frombuffer(b"".join(raw), dtype=np.uint8),
            "text_at": np.cumsum([0, *map(len, raw)]).astype("<i8"),
            "heads": np.frombuffer(b"".join(word[:8].ljust(8, b"\0") for word in raw), dtype=">u8").astype("<u8"),
            "first": first,
            "documents": documents[order],
            # The four counts of a posting, moved as one number.
            "counts": counts[order].view(np.uint8),
            **_spelled(raw),
        }
        return _file(arrays, int(documents.max()) + 1 if len(documents) else 0)

    def _numbers_of(self, words: Iterable[str]) -> list[int]:
        known = self._numbers
        return [known.setdefault(word.encode(*_UTF8), len(known)) for word in words]

    def _ordered(self, rank: Numbers) -> tuple[Numbers, Numbers]:
        """The order of the postings by word, then as they came, which is by document; and where each word's begin."""
        ranked = rank[np.frombuffer(self._words, dtype=np.uint32)] if self._words else np.zeros(0, np.uint32)
        self._words = array("I")
        first = np.zeros(len(rank) + 1, dtype="<i8")
        np.cumsum(np.bincount(ranked, minlength=len(rank)), out=first[1:])
        keys = ranked.astype(np.uint64)
        keys <<= np.uint64(32)
        keys |= np.arange(len(ranked), dtype=np.uint32)
        keys.sort()
        return keys.astype(np.uint32), first


def _spelled(raw: Iterable[bytes]) -> dict[str, Numbers]:
    by_length: dict[int, list[bytes]] = {}
    for word in raw:
        if MIN_LENGTH <= len(word) <= MAX_LENGTH and word.isalpha() and word.islower():
            by_length.setdefault(len(word), []).append(word)
    found: dict[str, Numbers] = {}
    for size, words in by_length.items():
        letters = np.frombuffer(b"".join(words), dtype=np.uint8)
        found[f"spelled{size}"] = letters
        bits = np.uint32(1) << (letters.reshape(-1, size).astype(np.uint32) - 97)
        found[f"letters{size}"] = np.bitwise_or.reduce(bits, axis=1).astype("<u4")
    return found


def _file(arrays: Mapping[str, Numbers], size: int) -> list[bytes | memoryview]:
    table, pieces, at = {"size": ("", 0, size)}, list[bytes | memoryview](), 0
    for name, held in arrays.items():
        piece, filled = held.view(np.uint8).data, bytes(-held.nbytes % 8)
        table[name] = (held.dtype.str, at, len(held))
        pieces += [piece, filled]
        at += len(piece) + len(filled)
    head = json.dumps(table).encode("ascii")
    head += b" " * (-len(head) % 8)
    body = [len(head).to_bytes(4, "little"), head, *pieces]
    total = 0
    for part in body:
        total = crc32(part, total)
    return [_MAGIC, total.to_bytes(4, "little"), *body]
