"""The best candidates scored by the one formula (search/scoring.py), over tallies that stand beside their vectors."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.engines.postgres_sql import array_of, look_up
from search.engines.protocol import Plan, Scored, Statistics, Term
from search.fields import GROUP_COUNT
from search.scoring import WEIGHTS, alternatives_of, possible_of, rarity

Numbers = NDArray[Any]

PINNED = 1_000_000.0
# A word as a number, and how often it stands in each group.
TALLY = np.dtype([("word", "<u4"), ("times", "u1", (GROUP_COUNT,))])


def number_of(word: str) -> int:
    """A word as a tally holds it."""
    return crc32(word.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Documents, and which term stands how often in which group of each."""

    ids: list[int]
    keys: list[tuple[str, int]]
    days: list[int]
    lengths: Numbers
    counts: Numbers


def scored(ids: Sequence[int], plan: Plan, statistics: Statistics, pinned: Collection[int], limit: int) -> list[Scored]:
    """The best `limit` of these documents; of equal ones the newer, then the later one in the database."""
    if not ids:
        return []
    rows = _read(ids, plan.terms)
    held: Numbers = np.any(rows.counts, axis=2, keepdims=False)
    worth = _points(rows, held, plan.terms, statistics)
    worth += [PINNED if pk in pinned else 0.0 for pk in rows.ids]
    # One number after the other is read far faster from a list.
    points, texts = worth.tolist(), [term.text for term in plan.terms]
    order = sorted(range(len(points)), key=lambda at: (points[at], rows.days[at], rows.keys[at][1]), reverse=True)
    best = order[:limit]
    return [
        Scored(rows.keys[at], points[at], tuple(compress(texts, holds)))
        for at, holds in zip(best, held[best].tolist(), strict=True)
    ]


def _read(ids: Sequence[int], terms: Sequence[Term]) -> _Rows:
    rows = look_up(
        "SELECT d.id, d.kind, d.object_id, d.day, d.length_a, d.length_b, d.length_c, d.length_d,"
        " CASE WHEN %s THEN d.tallies END FROM search_searchdocument d WHERE d.id = ANY(%s::bigint[])",
        [bool(terms), array_of(ids)],
    )
    lengths = np.array([row[4:8] for row in rows], dtype=float).reshape(-1, GROUP_COUNT)
    counts = _counts([row[8] for row in rows], terms) if terms else np.zeros((len(rows), 0, GROUP_COUNT))
    return _Rows([row[0] for row in rows], [row[1:3] for row in rows], [row[3] for row in rows], lengths, counts)


def _counts(packed: Sequence[bytes], terms: Sequence[Term]) -> Numbers:
    """How often each term stands in each group of each document; where it has several forms, they are added up."""
    pairs = [(number_of(form), at) for at, term in enumerate(terms) for form in term.forms]
    wanted, places = np.unique(np.array([number for number, _ in pairs], dtype=np.uint32), return_inverse=True)
    belongs = np.zeros((len(wanted), len(terms)))
    belongs[places, [at for _, at in pairs]] = 1.0
    tallies = np.frombuffer(b"".join(packed), dtype=TALLY)
    owners = np.repeat(np.arange(len(packed)), [len(each) // TALLY.itemsize for each in packed])
    words = tallies["word"]
    at = np.minimum(np.searchsorted(wanted, words), len(wanted) - 1)
    hit = np.flatnonzero(wanted[at] == words)
    by_word = np.zeros((len(packed), GROUP_COUNT, len(wanted)))
    by_word[owners[hit], :, at[hit]] = tallies["times"][hit]
    found: Numbers = (by_word @ belongs).transpose(0, 2, 1)
    return found


def _points(rows: _Rows, held: Numbers, terms: Sequence[Term], statistics: Statistics) -> Numbers:
    """`search.scoring.score` for many documents at once."""
    means = np.maximum(np.array(statistics.mean_lengths), 1.0)
    slopes, groups = np.array(WEIGHTS.lengths), np.array(WEIGHTS.groups)
    factors = groups / (1.0 - slopes + slopes * rows.lengths / means)
    frequencies = (statistics.frequencies[term.text] for term in terms)
    rarities = [rarity(frequency, statistics.count) for frequency in frequencies]
    worths = np.array([term.weight * rare for term, rare in zip(terms, rarities, strict=True)])
    often = np.einsum("dtg,dg->dt", rows.counts, factors)
    points = worths * often * (WEIGHTS.saturation + 1.0) / (WEIGHTS.saturation + often)
    is_typed = np.array([not term.instead_of for term in terms], dtype=bool)
    total, matched = points[:, is_typed].sum(axis=1), (held * worths)[:, is_typed].sum(axis=1)
    place = {term.text: at for at, term in enumerate(terms)}
    for originals, others in alternatives_of(terms):
        beside = [place[term.text] for term in others]
        counts = held[:, beside].any(axis=1)
        if originals:
            counts &= ~held[:, [place[term.text] for term in originals]].all(axis=1)
        total += np.where(counts, (points * held)[:, beside].max(axis=1), 0.0)
        matched += np.where(counts, (worths * held)[:, beside].max(axis=1), 0.0)
    possible = possible_of(terms, lambda term: float(worths[place[term.text]]))
    best: Numbers = total * (1.0 + WEIGHTS.coverage * matched / possible) if possible else total
    return best


def tallies_of(counts: Mapping[str, Sequence[int]], most: int) -> bytes:
    """A document's words with how often each stands in each group, at most `most` times, as one column."""
    held = np.zeros(len(counts), dtype=TALLY)
    held["word"] = [number_of(word) for word in counts]
    held["times"] = np.minimum(np.array(list(counts.values()), dtype=np.int64).reshape(-1, GROUP_COUNT), most)
    return held.tobytes()
