"""Documents made ready for any index: words counted, texts and passages packed. The costly half of building an index;
it knows no database, so that child processes can do it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from search.counting import Counting, Tallies
from search.documents import Document, Part
from search.fields import GROUP_COUNT
from search.packing import hash_of, packed_text, packed_words
from search.passages import passages, told

_UTF8 = ("utf-8", "surrogatepass")
# What counting a document's words leaves of a count.
MOST_COUNTED = 255


@dataclass(frozen=True, slots=True)
class Made:
    """What some documents came to, one after the other.

    `words` are the different words of all. Of each document, `sizes` says how many postings are its own; a posting is
    the number of a word and four counts of a byte each. `hashes` tell the passages whose words `told` packs.
    """

    words: list[str]
    sizes: list[int]
    numbers: NDArray[np.uint32]
    counts: bytes
    lengths: list[list[int]]
    texts: list[bytes]
    hashes: list[str]
    told: list[bytes]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Documents with what they came to."""

    documents: Sequence[Document]
    made: Made

    def tallies(self) -> Iterator[Tallies]:
        """Each document's words with their four counts, up to 255, and how many words each group has."""
        made, at = self.made, 0
        for size, lengths in zip(made.sizes, made.lengths, strict=True):
            counted = made.counts[GROUP_COUNT * at : GROUP_COUNT * (at + size)]
            tally = (list(counted[place : place + GROUP_COUNT]) for place in range(0, len(counted), GROUP_COUNT))
            words = (made.words[number] for number in made.numbers[at : at + size])
            yield dict(zip(words, tally, strict=True)), tuple(lengths)
            at += size


def prepare(documents: Sequence[Document]) -> Prepared:
    """Make documents ready, in this process."""
    return Prepared(documents, made_of([document.parts for document in documents]))


def made_of(texts: Sequence[Sequence[Part]]) -> Made:
    """What the parts of some documents come to."""
    counting = Counting()
    sizes, lengths, packed, hashes, words = list[int](), list[list[int]](), list[bytes](), list[str](), list[bytes]()
    numbers, counts = list[NDArray[np.uint32]](), list[bytes]()
    for parts in texts:
        own, tally, length = counting.count(parts)
        sizes.append(len(own))
        lengths.append(list(length))
        numbers.append(own)
        counts.append(np.minimum(tally, MOST_COUNTED).astype(np.uint8).tobytes())
        packed.append(packed_text(parts))
        stretches = passages(parts)
        hashes.append(hash_of(stretches))
        words.append(packed_words(told(stretches)))
    every = np.concatenate(numbers) if numbers else _numbers(b"")
    return Made(counting.words(), sizes, every, b"".join(counts), lengths, packed, hashes, words)


def packed_counts(tally: Mapping[str, Sequence[int]]) -> bytes:
    """Counts side by side, a byte each, up to 255."""
    held = tally.values()
    try:
        return bytes(chain.from_iterable(held))
    except ValueError:
        return bytes(min(times, MOST_COUNTED) for counts in held for times in counts)


def job(options: Mapping[str, object], body: bytes) -> bytes:
    """What a child process does (hindsight.lib.pool): `asked` in, what `answered` reads out."""
    made = made_of([[Part(*row) for row in rows] for rows in json.loads(body)])
    words = "\n".join(made.words).encode(*_UTF8)
    blobs = [words, made.numbers.tobytes(), made.counts, *made.texts, *made.told]
    head = {
        "sizes": made.sizes,
        "lengths": made.lengths,
        "hashes": made.hashes,
        "blobs": [len(blob) for blob in blobs],
    }
    return b"".join([json.dumps(head).encode("ascii"), b"\n", *blobs])


def asked(documents: Sequence[Document]) -> bytes:
    """Documents as `job` reads them."""
    rows = [[(part.field, part.text, part.anchor, part.label) for part in each.parts] for each in documents]
    return json.dumps(rows).encode("ascii")


def answered(documents: Sequence[Document], answer: bytes) -> Prepared:
    """What `job` made of these documents. Raises ValueError or LookupError if it is not that."""
    end = answer.index(b"\n")
    head = json.loads(answer[:end])
    pieces = _pieces(answer, end + 1, head["blobs"])
    words, raw, counts = islice(pieces, 3)
    numbers = _numbers(raw)
    count = len(documents)
    texts, packed = list(islice(pieces, count)), list(pieces)
    if not len(head["sizes"]) == len(head["lengths"]) == len(head["hashes"]) == len(packed) == count:
        raise ValueError("An answer is about other documents.")
    if sum(head["sizes"]) != len(numbers) or len(counts) != GROUP_COUNT * len(numbers):
        raise ValueError("An answer has other postings than it says.")
    known = words.decode(*_UTF8).split("\n") if words else []
    made = Made(known, head["sizes"], numbers, counts, head["lengths"], texts, head["hashes"], packed)
    return Prepared(documents, made)


def _numbers(raw: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(raw, dtype=np.uint32)


def _pieces(answer: bytes, at: int, sizes: Sequence[int]) -> Iterator[bytes]:
    for size in sizes:
        yield answer[at : at + size]
        at += size
