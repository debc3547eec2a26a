""" "This helped" and "not this": kept for the words of a query, and what they say about results for like words."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from hindsight.lib.rows import Row, rows_of, table
from search import ranking, registry
from search.engines.protocol import Key
from search.models import SearchFeedback
from search.planning import terms_of
from search.query import Filter, Query
from search.registry import Viewer
from search.weights import FEEDBACK_FULL_VOICES

MAX_TERMS = 25
# Of a pasted text so much tells what it is about.
MAX_READ = 20_000
# Two queries with less in common are about different things.
LEAST_ALIKE = 0.5
# Of one record so many voices are read, the newest first.
MAX_VOICES = 200


class NoSuchResultError(Exception):
    """No record of that name, or none that the person may see."""


def say(*, by: Viewer, terms: Iterable[str], key: Key, helped: bool, now: datetime) -> SearchFeedback:
    """Note what somebody thinks of a result for the words of `normalised`; a second time replaces the first.

    Raises NoSuchResultError.
    """
    source = registry.source_of(key[0])
    if source is None or key[1] not in source.visible_ids(by, [key[1]]):
        raise NoSuchResultError
    row, _ = SearchFeedback.objects.update_or_create(
        user=by,
        kind=key[0],
        object_id=key[1],
        terms=" ".join(_fitting(sorted(set(terms)))),
        defaults={"helped": helped, "at": now},
    )
    return row


def key_of(viewer: Viewer, number: str) -> Key:
    """The record of a number such as "INC-42". Raises NoSuchResultError."""
    name = number.strip()[:40]
    query = Query(text=name, words=name, required=((Filter("number", name),),))
    rows = ranking.rank(viewer, query, 1).rows if name else []
    if not rows:
        raise NoSuchResultError
    return rows[0].key


def normalised(query: Query) -> tuple[str, ...]:
    """The words of a query, sorted; what stands in another order or ending is the same. Filters alone are theirs."""
    terms = {term.text for term in terms_of(query.ranking[:MAX_READ]) if not term.text.startswith("=")}
    return tuple(_fitting(sorted(terms or set(query.text.casefold().split()), key=_order)))


def weights(keys: Collection[Key], terms: Iterable[str]) -> dict[Key, float]:
    """From -1 (nobody was helped) to 1 (all were) for those of `keys` that people spoke of for words like `terms`."""
    asked = frozenset(terms)
    said: dict[Key, list[float]] = defaultdict(list)
    for kind in {kind for kind, _ in keys}:
        ids = [pk for name, pk in keys if name == kind]
        for pk, held, helped in _voices(kind, ids):
            alike = _alike(asked, frozenset(held.split()))
            if alike >= LEAST_ALIKE:
                said[kind, pk].append(alike if helped else -alike)
    return {key: sum(voices) / max(FEEDBACK_FULL_VOICES, len(voices)) for key, voices in said.items()}


def _voices(kind: str, ids: list[int]) -> Iterator[Row]:
    """Record, words and vote, the newest first."""
    newest = f"ORDER BY at DESC LIMIT {MAX_VOICES * len(ids)}"
    return rows_of(table(SearchFeedback), "object_id, terms, helped", "object_id", ids, tail=newest, kind=kind)


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _fitting(words: Iterable[str]) -> list[str]:
    """As many of these words as a row holds, sorted."""
    kept, room = [], 480
    for word in list(words)[:MAX_TERMS]:
        room -= len(word) + 1
        if room < 0:
            break
        kept.append(word)
    return sorted(kept)


def _order(word: str) -> tuple[int, str]:
    """Long words first: of a pasted text they tell most."""
    return -len(word), word
