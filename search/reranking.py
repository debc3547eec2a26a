"""The last word on the order of the best results: what weighs beside the match, and what people said of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from search import digests, feedback, weights
from search.digests import Standing
from search.engines.protocol import Key, Scored
from search.weights import Shares


def reranked(
    rows: Sequence[Scored],
    terms: Iterable[str],
    *,
    today: int,
    matched: Mapping[Key, Shares] | None = None,
    services: Collection[str] = (),
) -> tuple[list[Scored], dict[Key, Shares]]:
    """Rows in their final order, and for each of the best what every weight came to; beyond these none moves.

    `matched` says what the match of a row is made of, `today` counts days from 0001-01-01, and `services` are those
    of the record that others are looked for beside, in small letters.
    """
    best, rest = list(rows[: weights.RERANKED]), list(rows[weights.RERANKED :])
    keys = [row.key for row in best]
    said = feedback.weights(keys, terms)
    known = digests.standings(keys)
    shares: dict[Key, Shares] = {}
    for row in best:
        beside = _beside(known.get(row.key, Standing()), today, frozenset(services))
        beside["feedback"] = weights.FEEDBACK * said.get(row.key, 0.0)
        match = (matched or {}).get(row.key) or (("match", row.score),)
        shares[row.key] = (*match, *((name, row.score * share) for name, share in beside.items()))
    best = [replace(row, score=sum(points for _, points in shares[row.key])) for row in best]
    return sorted(best, key=lambda row: -row.score) + rest, shares


def _beside(standing: Standing, today: int, services: frozenset[str]) -> dict[str, float]:
    """What a record gains or loses beside its match, in shares of it."""
    return {
        "proof": weights.PROOF.get(standing.proof, 0.0),
        "cause": weights.CAUSE * standing.has_cause,
        "fix": weights.FIX * standing.has_fix,
        "service": weights.SERVICE * bool(services & standing.services),
        "age": -weights.AGE * _age(standing.day, today),
    }


def _age(day: int, today: int) -> float:
    """From 0 for today towards 1; a record of no known day is as old as one may be."""
    return 1.0 - 0.5 ** (max(today - day, 0) / weights.HALF_AGE_DAYS) if day else 1.0
