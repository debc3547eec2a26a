"""What a record has to share with a pasted text; no database is needed."""

import pytest

from search.engines.protocol import Scored, Statistics, Term
from search.sharing import COMMON_FROM, sharing

LONG = "the primary lost its connection while replaying the write ahead log of checkout"
STATISTICS = Statistics(
    count=100, frequencies={"primary": 40, "=lost": 30, "lost": 30, "log": 50, "replay": 10, "sig:x:gone": 90}
)
TERMS = [Term(word, (word,)) for word in STATISTICS.frequencies]


@pytest.mark.parametrize(
    ("held", "is_answer"),
    [
        (("primary",), False),
        (("lost", "=lost"), False),
        (("primary", "log"), True),
        (("lost", "=lost", "log"), True),
        (("replay",), True),
        (("sig:x:gone",), True),
    ],
)
def test_one_common_word_is_not_enough(held: tuple[str, ...], *, is_answer: bool) -> None:
    row = Scored(("note", 1), 1.0, held)
    assert sharing(LONG, [row], TERMS, STATISTICS) == [row] * is_answer


def test_any_word_of_a_short_text_is_enough() -> None:
    row = Scored(("note", 1), 1.0, ("primary",))
    assert sharing("primary\nlost", [row], TERMS, STATISTICS) == [row]


@pytest.mark.parametrize(("frequency", "count", "is_answer"), [(1, 3, True), (2, 5, False), (101, 50_000, False)])
def test_what_is_common_depends_on_the_store(frequency: int, count: int, *, is_answer: bool) -> None:
    row = Scored(("note", 1), 1.0, ("primary",))
    known = Statistics(count=count, frequencies={"primary": frequency})
    assert COMMON_FROM == 100
    assert sharing(LONG, [row], [Term("primary", ("primary",))], known) == [row] * is_answer
