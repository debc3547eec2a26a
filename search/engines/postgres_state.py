"""Which index PostgreSQL's engine has, and what of it is gone: tables emptied, an index dropped, rows lost."""

from dataclasses import dataclass

from search.engines.postgres_rows import SCHEMA_VERSION
from search.engines.postgres_sql import ask
from search.engines.postgres_statistics import Known
from search.engines.postgres_table import INDEXES, VALID_INDEXES
from search.engines.protocol import EngineError

# Each of it is one look into an index, so that every search can afford it.
_STATE = (
    "SELECT s.generation, s.schema, s.note, s.documents, s.vocabulary,"  # noqa: S608 - fixed names
    " (SELECT last_value FROM search_searchdocument_id_seq),"
    " EXISTS (SELECT 1 FROM search_searchdocument d WHERE d.generation = s.generation),"
    " EXISTS (SELECT 1 FROM search_vocabulary),"
    f" {VALID_INDEXES} FROM search_indexstate s WHERE s.id = 1"
)
_COUNTS = """
    SELECT (SELECT count(*) FROM search_searchdocument WHERE generation = %s),
        (SELECT count(*) FROM search_vocabulary),
        (SELECT count(*) FROM search_indexedtext),
        (SELECT count(*) FROM search_digest),
        EXISTS (SELECT 1 FROM search_outboxentry WHERE parked_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class State:
    """The index in use, how many words its vocabulary has at least, and why it is to be rebuilt, if it is."""

    known: Known
    vocabulary: int
    note: str


def state() -> State:
    """The state of the index. Raises EngineError when it can't answer."""
    rows = ask(_STATE)
    if not rows or not rows[0][0]:
        raise EngineError("there is no index yet")
    generation, schema, note, documents, vocabulary, change, has_documents, has_words, indexes = rows[0]
    if schema != SCHEMA_VERSION:
        raise EngineError("the index is of another version")
    if indexes < len(INDEXES):
        raise EngineError("an index of its tables is missing")
    if documents and not has_documents:
        raise EngineError("its documents are gone")
    if vocabulary and not has_words:
        raise EngineError("its vocabulary is gone")
    return State(Known(generation, change, documents), vocabulary, note)


def lost(found: State) -> str:
    """What is fewer than it was; "" when nothing is. Counts every row."""
    documents, words, texts, digests, has_waiting = ask(_COUNTS, [found.known.generation])[0]
    if documents < found.known.documents:
        return "some of its documents are gone"
    if words < found.vocabulary:
        return "some of its vocabulary is gone"
    # A text that had to go is missing until the record was taken in anew.
    if not has_waiting and min(texts, digests) < documents:
        return "some of the texts beside it are gone"
    return ""
