"""The thesaurus: its data is sound, and what it brings never stands above what was typed."""

from collections.abc import Callable

import pytest

from search.results import find
from search.thesaurus import GROUPS, TABLE, beside
from tests.search.conftest import PUBLIC, Shelf

# An installation's own changes are looked up.
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "other"),
    [
        ("oom", "out of memory"),
        ("pod was OOMKilled again", "out of memory"),
        ("no space left on device", "enospc"),
        ("failover", "takeover"),
        ("expired certs", "tls"),
        ("connection timed out", "timeout"),
    ],
)
def test_words_for_the_same_thing(typed: str, other: str) -> None:
    assert other in set(beside(typed))


def test_a_word_that_is_in_no_group_brings_nothing() -> None:
    assert list(beside("quetzal")) == []
    assert list(beside("")) == []


def test_every_group_has_different_words_and_each_is_found() -> None:
    assert len(GROUPS) >= 130
    for phrases in GROUPS:
        assert all(phrases)
        assert len(set(phrases)) == len(phrases) > 1
        assert all(any(beside(phrase)) for phrase in phrases)
    assert () not in TABLE


def test_a_record_in_other_words_is_found_below_one_in_the_typed_words(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    shelf.put(1, "Worker was OOMKilled")
    shelf.put(2, "Worker out of memory")
    shelf.put(3, "Worker idle")
    indexed()
    assert [r.hit.id for r in find(PUBLIC, "oomkilled").results] == [1, 2]


def test_other_words_add_nothing_to_a_record_in_the_typed_words(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    shelf.put(1, "Worker oomkilled fig")
    shelf.put(2, "Worker oomkilled oom")
    shelf.put(3, "Other words only")
    indexed()
    first, second = find(PUBLIC, "oomkilled").results
    assert {first.hit.id, second.hit.id} == {1, 2}
    assert first.score == pytest.approx(second.score)


def test_what_waits_for_the_index_is_scored_alike(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    shelf.put(1, "Disk full on the primary")
    shelf.put(2, "Replica was idle")
    indexed()
    before = {r.hit.id: r.score for r in find(PUBLIC, "no space left on the leader today").results}
    shelf.put(1, "Disk full on the primary")
    after = {r.hit.id: r.score for r in find(PUBLIC, "no space left on the leader today").results}
    assert before.keys() == after.keys() == {1}
    assert after[1] > 0


def test_one_plain_word_of_a_phrase_is_not_the_phrase(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    shelf.put(1, "Pool exhausted")
    shelf.put(2, "Nightly run went fine")
    indexed()
    assert "run out" in set(beside("exhausted"))
    assert [r.hit.id for r in find(PUBLIC, "exhausted").results] == [1]
