"""What is kept of a document as bytes: its text for people, and the words of its passages. Knows no database."""

import hashlib
import json
import logging
import zlib
from collections.abc import Iterable

import numpy as np

from search.documents import Part
from search.passages import Told
from search.signing import is_shown

logger = logging.getLogger(__name__)

# Of one document so many characters are kept; what stands behind them is found, and not shown in results.
MAX_CHARACTERS = 2_000_000


def packed_text(parts: Iterable[Part]) -> bytes:
    """The parts that are for people, up to `MAX_CHARACTERS`."""
    rows, room = [], MAX_CHARACTERS
    for part in filter(is_shown, parts):
        rows.append((part.field, part.text[:room], part.anchor, part.label))
        room -= len(part.text)
        if room <= 0:
            break
    # Little time for most of the gain: a rebuild packs every record.
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"), 1)


def unpacked_text(packed: bytes | memoryview) -> tuple[Part, ...] | None:
    """The parts again; None for bytes that `packed_text` did not write."""
    try:
        return tuple(Part(*row) for row in json.loads(zlib.decompress(packed)))
    except (zlib.error, ValueError, TypeError):
        logger.warning("A kept text can't be read; the record itself is read instead")
        return None


def hash_of(texts: Iterable[str]) -> str:
    """What tells whether vectors belong to these passages."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def packed_words(held: Told) -> bytes:
    """How many passages, how many words each has, then the words."""
    count = np.array([len(held.sizes)], dtype="<u2")
    return count.tobytes() + held.sizes.astype("<u2").tobytes() + held.words.astype("<u4").tobytes()


def unpacked_words(packed: bytes) -> Told | None:
    """The words again; None for bytes that `packed_words` did not write."""
    count = int.from_bytes(packed[:2], "little")
    sizes = np.frombuffer(packed[2 : 2 + 2 * count], dtype="<u2") if len(packed) >= 2 + 2 * count else None
    body = packed[2 + 2 * count :]
    if sizes is None or len(packed) < 2 or len(body) != 4 * int(sizes.sum()):
        logger.warning("A digest can't be read; the record is ranked without it")
        return None
    return Told(sizes, np.frombuffer(body, dtype="<u4"))
