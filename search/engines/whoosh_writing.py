"""How postings are written: Whoosh's own file format, a word's whole list at a time.

Whoosh's way asks the file system once a posting whether field lengths are kept (ours never are, they stand in columns),
and checks every posting's type: two thirds of what building an index costs.
"""

from array import array
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter

_BLOCK = 2048

# What Whoosh's pool gives, sorted: field, word, number of the document, weight, value.
Posting = tuple[str, bytes, int, float, bytes]
_word_of = itemgetter(0, 1)


class ListWriter(W3FieldWriter):  # type: ignore[misc]  # whoosh ships no types
    """Writes the sorted postings of a segment, all of weight 1."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Posting]) -> None:
        """See Whoosh's FieldWriter; `lengths` are not looked at."""
        current = None
        for (field, word), postings in groupby(items, key=_word_of):
            if field != current:
                if current is not None:
                    self.finish_field()
                self.start_field(field, schema[field])
                current = field
            self.start_term(word)
            self._write_list(list(postings))
            self.finish_term()
        if current is not None:
            self.finish_field()

    def _write_list(self, postings: list[Posting]) -> None:
        writer = self._postwriter
        for start in range(0, len(postings), _BLOCK):
            if start:
                writer._write_block()
            chunk = postings[start : start + _BLOCK]
            writer._ids = array("I", [posting[2] for posting in chunk])
            writer._weights = array("f", [1.0]) * len(chunk)
            writer._values = [posting[4] for posting in chunk] if chunk[0][4] else []
            writer._maxweight = 1.0


class ListCodec(W3Codec):  # type: ignore[misc]  # whoosh ships no types
    """Blocks of 2,048 postings, not compressed: they are read whole into arrays."""

    def __init__(self) -> None:
        super().__init__(blocklimit=_BLOCK, compression=0)

    def field_writer(self, storage: Any, segment: Any) -> ListWriter:
        """The writer of one segment's postings."""
        return ListWriter(self, storage, segment)
