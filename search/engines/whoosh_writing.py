"""How a segment is written: Whoosh keeps documents, columns and commits; words go into a flat file beside them.

Whoosh's own way packs each word's postings twice into pickles and hashes every word in Python: most of what building an
index costs, and what reading it costs.
"""

from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import W3Codec
from whoosh.writing import SegmentWriter

from search.engines.whoosh_cures import DurableStorage
from search.engines.whoosh_schema import row, values
from search.engines.whoosh_segment import WORDS, word_file
from search.engines.word_files import Gathering
from search.preparing import Prepared


class WordWriter(SegmentWriter):  # type: ignore[misc]  # whoosh ships no types
    """A writer of one segment with its words beside it; segments that it takes in bring theirs along."""

    def __init__(self, index: Any) -> None:
        super().__init__(index, codec=W3Codec(compression=0), timeout=0.0)
        self._gathering = Gathering()

    def add(self, prepared: Prepared) -> None:
        """Take in documents."""
        self._gathering.add_made(self.docnum, prepared.made)
        for document, lengths in zip(prepared.documents, prepared.made.lengths, strict=True):
            self._gathering.add(self.docnum, {}, values(document))
            self.add_document(**row(document, lengths))

    def add_reader(self, reader: Any) -> None:
        """See Whoosh's writer: a whole segment, without its deleted documents."""
        segment = reader.segment()
        gone = list(segment.deleted_docs())
        live = np.ones(reader.doc_count_all(), dtype=bool)
        live[gone] = False
        places = np.where(live, self.docnum + np.cumsum(live) - 1, -1)
        self._gathering.add_file(word_file(self.storage, segment), places)
        super().add_reader(reader)

    def _finalize_segment(self) -> Any:
        segment = super()._finalize_segment()
        # After Whoosh has put its own files into one, before the commit names the segment.
        with segment.create_file(self.storage, WORDS) as stream:
            for piece in self._gathering.contents():
                stream.write(piece)
        return segment


def writer_of(path: Path, name: str, schema: Any) -> WordWriter:
    """A writer of the next segment of an index."""
    return WordWriter(DurableStorage(str(path)).open_index(name, schema=schema))
