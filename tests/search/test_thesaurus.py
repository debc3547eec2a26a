"""The thesaurus: its data is sound, and what it brings never stands above what was typed."""

from collections.abc import Callable

import pytest

from search.everyday import WORDS, is_everyday
from search.planning import CORRECTED_WEIGHT, SURE_WEIGHT, plan
from search.query import parse
from search.ranking import view_of
from search.results import find
from search.thesaurus import GROUPS, LINES, SYMPTOMS, TABLE, beside, key, made_of, read_symptom, written
from search.wording import LINE_LIMIT, MOST_PHRASES, MOST_WORDS, PHRASE_LIMIT
from search.words import STOP_WORDS, words_of
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


def test_every_symptom_is_sound() -> None:
    assert len(SYMPTOMS) >= 250
    for symptom in SYMPTOMS:
        for side in (symptom.seen, symptom.called):
            keys = [key(phrase) for phrase in side]
            assert len(set(keys)) == len(keys) > 0, written(symptom)
            assert all(len(phrase) > 1 and len(phrase) <= PHRASE_LIMIT for phrase in side)
        assert not set(map(key, symptom.seen)) & set(map(key, symptom.called)), written(symptom)
        # What it brings is searched, so each of it needs a word that is.
        assert all(any(map(words_of, phrase.split())) for phrase in symptom.called), written(symptom)


def test_lines_are_small_enough_to_be_changed_and_no_line_stands_twice() -> None:
    texts = [written(line) for line in LINES]
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= LINE_LIMIT
    assert max(len(group) for group in GROUPS) <= MOST_PHRASES
    assert max(map(len, TABLE)) <= MOST_WORDS
    assert max(map(len, TABLE.values())) <= 60


def test_everyday_words_are_words_and_none_is_left_out_anyway() -> None:
    assert all(word.isalpha() and word.islower() and len(word) > 1 for word in WORDS)
    assert not WORDS & STOP_WORDS
    assert is_everyday("Suddenly")
    assert not is_everyday("deadlock")


def test_a_symptom_is_read_in_one_direction() -> None:
    thesaurus = made_of([read_symptom("does nothing, stands still > deadlock, lock")])
    assert {each.other for each in thesaurus.alternatives("the queue stands still")} == {"deadlock", "lock"}
    assert not list(thesaurus.alternatives("deadlock"))


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ("customers cannot sign in since this morning", "Expired session tokens"),
        ("the page never loads and stays white", "Frontend answered 503"),
        ("people see the data of somebody else", "Session cache shared between tenants"),
        ("the nightly import is stuck and does nothing", "Deadlock between two transactions"),
        ("a clerk was charged twice for one thing", "Missing idempotency of retries"),
    ],
)
def test_what_is_seen_finds_what_it_is_called(
    shelf: Shelf, either: str, indexed: Callable[[], None], told: str, called: str
) -> None:
    shelf.put(1, called)
    shelf.put(2, "Minutes of the yearly meeting")
    indexed()
    assert [result.hit.id for result in find(PUBLIC, told).results][:1] == [1]


def test_everyday_words_of_a_sentence_count_less_than_its_telling_ones(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    shelf.put(1, "Suddenly")
    shelf.put(2, "Quetzal")
    indexed()
    found = find(PUBLIC, "quetzal walrus heron ibis otter suddenly").results
    assert [result.hit.id for result in found] == [2, 1]
    # A few words are searched in full: this one has a form that is its own.
    assert [result.hit.id for result in find(PUBLIC, "quetzal suddenly").results] == [1, 2]


@pytest.mark.parametrize(
    ("typed", "weight"),
    [
        # One slip, nothing else as near.
        ("quetzl", SURE_WEIGHT),
        # "harbor" and "harbour" are as near as each other.
        ("harbur", CORRECTED_WEIGHT),
        # A word that people use may be meant.
        ("ceiling", CORRECTED_WEIGHT),
        ("prometheos", SURE_WEIGHT),
        # Two slips.
        ("prometeos", CORRECTED_WEIGHT),
    ],
)
def test_a_corrected_word_counts_half_unless_it_leaves_no_doubt(
    shelf: Shelf, either: str, indexed: Callable[[], None], typed: str, weight: float
) -> None:
    shelf.put(1, "Quetzal harbor harbour celling prometheus")
    shelf.put(2, "Nothing")
    indexed()
    planned = plan(parse(typed), view_of(PUBLIC)[0])
    assert len(planned.corrections) == 1
    corrected = planned.corrections[typed]
    (term,) = (term for term in planned.plan.terms if term.text == corrected)
    assert term.weight == pytest.approx(weight)


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
