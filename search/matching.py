"""How well the best records match, once the words of the whole record have been weighed: where they stand together."""

from collections.abc import Sequence
from dataclasses import replace

from search import digests
from search.closeness import closeness
from search.engines.protocol import Key, Scored, Statistics
from search.passages import Told, passages, told
from search.planning import Planned
from search.query import Query
from search.reading import Reading
from search.semantic import embedding
from search.semantic.meaning import meaning
from search.weights import MEANING, MEANT, PASSAGE, RERANKED, Shares

# A record that was asked for by its number stands before all others, whatever it holds.
_ASKED_FOR = 100_000.0


def depth(planned: Planned) -> int:
    """How many of the best by their words are looked at; 0 for a query that is no sentence."""
    if not planned.sentence:
        return 0
    return MEANT if embedding.is_on() else RERANKED


def refined(
    rows: Sequence[Scored], query: Query, planned: Planned, statistics: Statistics, reading: Reading
) -> tuple[list[Scored], dict[Key, Shares]]:
    """Rows in the order of their whole match, and what it is made of; unchanged where the query is no sentence."""
    deep = depth(planned)
    best, rest = list(rows[:deep]), list(rows[deep:])
    if len(best) < 2:
        return list(rows), {}
    close = closeness(planned.plan.terms, statistics, _passages(best, reading))
    unit = max((row.score for row in best if row.score < _ASKED_FOR), default=0.0) * planned.sentence
    # What is still being typed means nothing yet.
    meant = {} if query.unfinished else meaning(query.words, [row.key for row in best])
    shares: dict[Key, Shares] = {}
    for row in best:
        own = [("match", row.score), ("passage", unit * PASSAGE * close.get(row.key, 0.0))]
        own += [("meaning", unit * MEANING * meant[row.key])] if meant else []
        shares[row.key] = tuple(own)
    best = [replace(row, score=sum(points for _, points in shares[row.key])) for row in best]
    return sorted(best, key=lambda row: -row.score) + rest, shares


def _passages(rows: Sequence[Scored], reading: Reading) -> dict[Key, Told]:
    """What changed since it was indexed is cut anew; what stood there is old."""
    at_hand = reading.at_hand(row.key for row in rows)
    found = digests.words_of(row.key for row in rows if row.key not in at_hand)
    found.update({key: told(passages(parts)) for key, parts in at_hand.items()})
    return found
