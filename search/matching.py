"""How well the best records match, once the words of the whole record have been weighed: where they stand together."""

from collections.abc import Sequence
from dataclasses import replace

from search import digests
from search.closeness import closeness
from search.engines.protocol import Key, Scored, Statistics
from search.passages import Numbers, numbers_of, passages
from search.planning import Planned
from search.reading import Reading
from search.weights import PASSAGE, RERANKED, Shares

# A record that was asked for by its number stands before all others, whatever it holds.
_ASKED_FOR = 100_000.0


def refined(
    rows: Sequence[Scored], planned: Planned, statistics: Statistics, reading: Reading
) -> tuple[list[Scored], dict[Key, Shares]]:
    """Rows in the order of their whole match, and what it is made of; unchanged where the query is no sentence."""
    best, rest = list(rows[:RERANKED]), list(rows[RERANKED:])
    if not planned.sentence or len(best) < 2:
        return list(rows), {}
    close = closeness(planned.plan.terms, statistics, _passages(best, reading))
    unit = max((row.score for row in best if row.score < _ASKED_FOR), default=0.0) * planned.sentence
    shares: dict[Key, Shares] = {
        row.key: (("match", row.score), ("passage", unit * PASSAGE * close.get(row.key, 0.0))) for row in best
    }
    best = [replace(row, score=sum(points for _, points in shares[row.key])) for row in best]
    return sorted(best, key=lambda row: -row.score) + rest, shares


def _passages(rows: Sequence[Scored], reading: Reading) -> dict[Key, list[Numbers]]:
    """What changed since it was indexed is cut anew; what stood there is old."""
    at_hand = reading.at_hand(row.key for row in rows)
    found = digests.words_of(row.key for row in rows if row.key not in at_hand)
    found.update({key: [numbers_of(text) for text in passages(parts)] for key, parts in at_hand.items()})
    return found
