"""Slips: how far two words are apart, and which words are near."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.spelling import Vocabulary, distance, near, order

WORDS = st.text(alphabet="abcde", min_size=1, max_size=7)


@pytest.mark.parametrize(
    ("typed", "meant", "slips"),
    [
        ("wrom", "worm", 1),
        ("expird", "expired", 1),
        ("promethues", "prometheus", 1),
        ("disk", "desk", 1),
        ("a", "b", 1),
    ],
)
def test_one_slip(typed: str, meant: str, slips: int) -> None:
    assert distance(typed, meant, 2) == slips


def test_far_words_are_more_than_the_limit() -> None:
    assert distance("postgres", "kafka", 2) == 3


@given(WORDS, WORDS)
def test_distance_goes_both_ways_and_is_nothing_for_the_same(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@given(
    st.lists(st.text(alphabet="abcdefg", min_size=4, max_size=9), max_size=40), st.text(alphabet="abcdefg", min_size=4)
)
def test_near_words_are_those_that_the_distance_says(words: list[str], typed: str) -> None:
    limit = 1 if len(typed) < 8 else 2
    wanted = {w for w in words if distance(typed, w, limit) <= limit} if len(typed) <= 24 else set()
    assert {word for word, _ in Vocabulary.of(words).near(typed)} == wanted


def test_the_nearest_then_the_most_frequent_comes_first() -> None:
    candidates = [("server", 1), ("serves", 1), ("severs", 2)]
    assert order(candidates, {"server": 5, "serves": 2, "severs": 90}, "servers") == [
        ("server", 5),
        ("serves", 2),
        ("severs", 90),
    ]


def test_a_word_that_no_visible_record_has_is_not_proposed() -> None:
    assert order([("secret", 1)], {"secret": 0}, "secrt") == []


def test_a_word_of_several_vocabularies_is_told_once() -> None:
    parts = [Vocabulary.of(words) for words in (["expired", "disk"], ["expired", "expires"], [])]
    assert sorted(near(parts, "expird")) == [("expired", 1)]
    assert sorted(near(parts, "expire")) == [("expired", 1), ("expires", 1)]
