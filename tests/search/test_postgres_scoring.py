"""PostgreSQL's candidates are scored many at a time, and come to what the one formula says of each."""

import random

import numpy as np
import pytest

from search.engines.postgres_scoring import _counts, _points, _Rows, tallies_of
from search.engines.protocol import Statistics, Term
from search.scoring import score

WORDS = [f"word{letter}" for letter in "abcdefgh"]
TERMS = [
    Term("worda", ("worda",)),
    Term("wordb", ("wordb", "wordc"), 0.7),
    Term("=wordb", ("wordb",), 0.3),
    Term("wordd", ("wordd",), 0.9),
    Term("worde", ("worde",), 0.5, ("worda",)),
    Term("wordf", ("wordf",), 0.4, ("worda",)),
    Term("wordg", ("wordg",), 0.4, ("worda", "wordd")),
    Term("wordh", ("wordh",), 0.4, ("unheard",)),
]


def documents(count: int) -> list[tuple[dict[str, list[int]], tuple[int, ...]]]:
    dice = random.Random(5)
    return [
        (
            {word: [dice.randint(0, 9) for _ in range(3)] + [1] for word in WORDS if dice.random() < 0.5},
            tuple(dice.randint(0, 400) for _ in range(4)),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("terms", [TERMS, TERMS[:1], TERMS[4:], TERMS[2:5]])
def test_many_at_once_are_what_each_is_by_itself(terms: list[Term]) -> None:
    held = documents(60)
    counts = _counts([tallies_of(tally, 60) for tally, _ in held], terms)
    rows = _Rows([], [], [], np.array([lengths for _, lengths in held], dtype=float), counts)
    frequencies = {term.text: 3 + 7 * at for at, term in enumerate(terms)}
    known = Statistics(100, (3.0, 1.0, 90.5, 200.0), frequencies)
    found = _points(rows, np.any(counts, axis=2), terms, known)
    for points, (tally, lengths) in zip(found, held, strict=True):
        tallies = {
            term.text: tuple(map(sum, zip(*(tally[form] for form in term.forms if form in tally), strict=True)))
            for term in terms
            if any(form in tally for form in term.forms)
        }
        assert points == pytest.approx(score(tallies, lengths, terms, frequencies, 100, known.mean_lengths))


def test_a_word_counts_up_to_the_most_it_may() -> None:
    assert _counts([tallies_of({"worda": [300, 1, 0, 61]}, 60)], TERMS[:1]).tolist() == [[[60, 1, 0, 60]]]
    assert _counts([b"", tallies_of({}, 60)], TERMS[:1]).tolist() == [[[0, 0, 0, 0]]] * 2
