"""The way without an index: LIKE finds candidates, and of these the likeliest are read while there is time."""

from collections.abc import Sequence
from time import monotonic

from search import registry, texts
from search.documents import Document
from search.engines.protocol import Key
from search.query import Query
from search.reading import readable
from search.registry import Viewer
from search.words import tokens

MAX_CANDIDATES = 200
MAX_WORDS = 6
# Seconds for building documents, and how many are built between two looks at the clock.
BUDGET_S = 0.4
_BATCH = 10
# Of each candidate's kept text so much is looked at.
_LOOKED_AT = 50_000


def documents(viewer: Viewer, query: Query) -> tuple[list[Document], bool]:
    """Visible documents that may answer, the likeliest first, and whether these are all of them."""
    words = _words(query)
    keys = [(source.kind, pk) for source in registry.sources() for pk in source.fallback(viewer, words, MAX_CANDIDATES)]
    found: list[Document] = []
    until, ordered = monotonic() + BUDGET_S, _likeliest(keys, words)
    for start in range(0, len(ordered), _BATCH):
        if start and monotonic() > until:
            return found, False
        batch = ordered[start : start + _BATCH]
        for kind in sorted({kind for kind, _ in batch}):
            found.extend(readable(kind, [pk for name, pk in batch if name == kind]))
    return found, len(keys) < MAX_CANDIDATES


def _words(query: Query) -> list[str]:
    """The longest words of what was asked: they are the rarest, as far as one can tell without an index."""
    asked = query.words or " ".join(phrase.text for phrase in query.phrases)
    words = [token.lower() for token in dict.fromkeys(tokens(asked[:20_000])) if len(token) > 2]
    return sorted(dict.fromkeys(words), key=len, reverse=True)[:MAX_WORDS]


def _likeliest(keys: Sequence[Key], words: Sequence[str]) -> list[Key]:
    """Candidates whose kept text holds more of the words first, else as they came."""
    kept = texts.read(keys) if words and len(keys) > _BATCH else {}
    held = {key: _held("\n".join(part.text for part in parts)[:_LOOKED_AT], words) for key, parts in kept.items()}
    return sorted(keys, key=lambda key: -held.get(key, 1))


def _held(text: str, words: Sequence[str]) -> int:
    low = text.lower()
    return sum(word in low for word in words)
