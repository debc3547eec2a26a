"""The last word on the order of the best results: what people said of them, beside how well they match."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from search import feedback
from search.engines.protocol import Key, Scored
from search.weights import FEEDBACK, RERANKED

Shares = tuple[tuple[str, float], ...]


def reranked(rows: Sequence[Scored], terms: Iterable[str]) -> tuple[list[Scored], dict[Key, Shares]]:
    """Rows in their final order, and for each of the best what every weight came to; beyond these none moves."""
    best, rest = list(rows[:RERANKED]), list(rows[RERANKED:])
    said = feedback.weights([row.key for row in best], terms)
    shares: dict[Key, Shares] = {row.key: _shares(row, said.get(row.key, 0.0)) for row in best}
    if said:
        scored = [replace(row, score=sum(points for _, points in shares[row.key])) for row in best]
        best = sorted(scored, key=lambda row: -row.score)
    return best + rest, shares


def _shares(row: Scored, said: float) -> Shares:
    return ("match", row.score), ("feedback", row.score * FEEDBACK * said)
