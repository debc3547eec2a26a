"""Being rid of what search keeps of a text that had to go: at once what the database holds, then the index's files."""

from collections.abc import Iterable

from search import outbox
from search.current import engine
from search.engines.protocol import EngineError, Key
from search.models import Digest, IndexedText


def forget(keys: Iterable[Key]) -> None:
    """Drop what was kept of these records' texts, take them in anew, and build the index's files anew.

    An index that only marks a text as gone would still hold its words, also for "did you mean". Call it in the
    transaction that changed the text.
    """
    for kind, pk in keys:
        IndexedText.objects.filter(kind=kind, object_id=pk).delete()
        Digest.objects.filter(kind=kind, object_id=pk).delete()
        outbox.enqueue(kind, pk)


def rebuild_soon() -> None:
    """Ask the indexing process for an index without the words of texts that went; after the transaction."""
    try:
        engine().ask_for_rebuild("Text was redacted.")
    except EngineError:
        # Nothing can be read of an index that can't be opened; the worker builds it anew anyway.
        return
