"""How much of a query stands close together: the best passage of a record, for queries that are told in a sentence."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from search.engines.protocol import Key, Statistics, Term
from search.passages import Numbers, Told, number
from search.scoring import alternatives_of, possible_of, rarity

Points = NDArray[np.float64]
Held = NDArray[np.bool_]


def closeness(terms: Sequence[Term], statistics: Statistics, passages: Mapping[Key, Told]) -> dict[Key, float]:
    """For each record the share of the query's worth that its best passage holds, from 0 to a little above 1."""
    read = {key: held for key, held in passages.items() if len(held.sizes)}
    if not read or not terms:
        return {}
    sizes = np.concatenate([each.sizes for each in read.values()])
    held = _held(terms, np.concatenate([each.words for each in read.values()]), sizes)
    worths = np.array([_worth(term, statistics) for term in terms])
    points = _points(terms, held, worths)
    starts = np.cumsum([0, *(len(each.sizes) for each in read.values())])[:-1]
    return dict(zip(read, np.maximum.reduceat(points, starts).tolist(), strict=True))


def _worth(term: Term, statistics: Statistics) -> float:
    return term.weight * rarity(statistics.frequencies.get(term.text, 0), statistics.count)


def _held(terms: Sequence[Term], words: Numbers, sizes: NDArray[np.uint16]) -> Held:
    """Which passage (row) holds which term (column), in any of its forms."""
    numbers = [(number(form), at) for at, term in enumerate(terms) for form in term.forms]
    numbers.sort()
    forms = np.array([each for each, _ in numbers], dtype=np.uint32)
    columns = np.array([at for _, at in numbers])
    found = np.zeros((len(sizes), len(terms)), dtype=np.bool_)
    # Few of the words are asked for; only those are looked at more closely.
    places = np.flatnonzero(np.isin(words, forms))
    rows = np.repeat(np.arange(len(sizes)), sizes)[places]
    words = words[places]
    # One form may stand for two terms: a word and what was put beside another.
    first, last = np.searchsorted(forms, words, "left"), np.searchsorted(forms, words, "right")
    for further in range(int((last - first).max(initial=0))):
        there = first + further < last
        found[rows[there], columns[first[there] + further]] = True
    return found


def _points(terms: Sequence[Term], held: Held, worths: Points) -> Points:
    """What each passage comes to; as in scoring, of words that stand in for others only the best counts."""
    typed = np.array([not term.instead_of for term in terms])
    points: Points = held[:, typed] @ worths[typed]
    place = {term.text: at for at, term in enumerate(terms) if not term.instead_of}
    at_of = {id(term): at for at, term in enumerate(terms)}
    for originals, others in alternatives_of(terms):
        columns = [at_of[id(term)] for term in others]
        best = (held[:, columns] * worths[columns]).max(axis=1)
        whole = held[:, [place[term.text] for term in originals]].all(axis=1) if originals else False
        points += np.where(whole, 0.0, best)
    possible = possible_of(terms, lambda term: float(worths[at_of[id(term)]]))
    return points / possible if possible else points * 0.0
