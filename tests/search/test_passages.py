"""Passages: how records are cut, and what stands together ranks first for a query told in a sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.closeness import closeness
from search.documents import Part
from search.engines.protocol import Statistics, Term
from search.models import Digest
from search.packing import packed_words, unpacked_words
from search.passages import MOST, SIZE, cut, number, passages, told
from search.results import find
from tests.search.conftest import INSIDER, PUBLIC, Shelf

SENTENCE = "the nightly export froze while the archive volume was being copied"


@given(st.text(max_size=3000))
def test_a_text_is_cut_without_losing_a_word(text: str) -> None:
    pieces = list(cut(text))
    assert all(0 < len(piece) <= SIZE for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_the_title_comes_first_and_nothing_twice() -> None:
    parts = [Part("section", "Same words."), Part("summary", "Same words."), Part("title", "A title"), Part("tag", "x")]
    assert passages(parts) == ["A title", "Same words."]


def test_a_long_record_has_a_limit() -> None:
    assert len(passages([Part("section", f"Sentence number {at} is here. " * 20) for at in range(200)])) == MOST


@given(st.lists(st.text(max_size=80), max_size=10))
def test_what_is_packed_is_read_again(texts: list[str]) -> None:
    held = told(texts)
    read = unpacked_words(packed_words(held))
    assert read is not None
    assert np.array_equal(read.sizes, held.sizes)
    assert np.array_equal(read.words, held.words)


@given(st.binary(max_size=60))
def test_damaged_bytes_are_left_out(packed: bytes) -> None:
    read = unpacked_words(packed)
    assert read is None or len(read.words) == int(read.sizes.sum())


def test_the_best_passage_counts_and_not_the_sum() -> None:
    terms = [Term("disk", ("disk",)), Term("full", ("full",))]
    statistics = Statistics(10, frequencies={"disk": 2, "full": 2})
    near, far = told(["disk full"]), told(["disk", "full"])
    found = closeness(terms, statistics, {("note", 1): near, ("note", 2): far, ("note", 3): told([])})
    assert found == {("note", 1): pytest.approx(1.0), ("note", 2): pytest.approx(0.5)}


def test_of_other_words_only_the_best_counts_and_none_beside_what_was_typed() -> None:
    terms = [
        Term("oom", ("oom",)),
        Term("memory", ("memory",), 0.5, ("oom",)),
        Term("exhausted", ("exhausted",), 0.4, ("oom",)),
    ]
    statistics = Statistics(10, frequencies={"oom": 2, "memory": 2, "exhausted": 2})
    read = {("note", 1): told(["oom memory"]), ("note", 2): told(["memory exhausted"])}
    assert closeness(terms, statistics, read) == {("note", 1): pytest.approx(1.0), ("note", 2): pytest.approx(0.5)}


def test_numbers_of_words_do_not_change() -> None:
    # They stand in databases.
    assert number("disk") == 0xC74DD02
    assert told(["Disk"]).words.tolist() == [number("disk")]


def test_a_sentence_finds_first_where_its_words_stand_together(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    filler = "Nothing of note happened on this day in the office. " * 12
    shelf.put(1, "One", f"The nightly export ran. {filler} It froze. {filler} The archive volume was copied. {filler}")
    shelf.put(2, "Two", f"{filler} {filler} The nightly export froze while the archive volume was copied. {filler}")
    indexed()
    found = find(PUBLIC, SENTENCE).results
    assert [result.hit.id for result in found] == [2, 1]
    shares = [dict(result.shares) for result in found]
    assert shares[0]["passage"] > shares[1]["passage"] > 0
    assert all(result.score == pytest.approx(sum(dict(result.shares).values())) for result in found)


def test_a_few_words_are_not_ranked_by_passages(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    shelf.put(1, "Export froze")
    shelf.put(2, "Export froze again")
    indexed()
    assert all("passage" not in dict(result.shares) for result in find(PUBLIC, "export froze").results)


def test_what_waits_for_the_index_is_ranked_by_its_new_text(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    shelf.put(1, "One", "The nightly export froze while the archive volume was copied.")
    shelf.put(2, "Two", "The archive.")
    indexed()
    shelf.put(1, "One", "The export.")
    shelf.put(2, "Two", "The nightly export froze while the archive volume was copied.")
    assert [result.hit.id for result in find(PUBLIC, SENTENCE).results] == [2, 1]


def test_a_private_record_changes_nobody_elses_order(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    shelf.put(1, "One", "The nightly export froze. Somebody copied a volume.")
    shelf.put(2, "Two", "The archive volume was being copied over night.")
    indexed()
    before = [(r.hit.id, r.score, r.shares) for r in find(PUBLIC, SENTENCE).results]
    for pk in range(10, 20):
        shelf.put(pk, "Secret", SENTENCE, rights="t:1")
    indexed()
    assert [(r.hit.id, r.score, r.shares) for r in find(PUBLIC, SENTENCE).results] == before
    assert find(INSIDER, SENTENCE).results[0].hit.id >= 10


def test_digests_go_with_their_records(shelf: Shelf, indexed: Callable[[], None]) -> None:
    shelf.put(1, "One")
    shelf.put(2, "Two")
    indexed()
    shelf.drop(1)
    indexed()
    assert list(Digest.objects.values_list("object_id", flat=True)) == [2]


def test_a_record_without_a_digest_is_found_all_the_same(
    shelf: Shelf, either: str, indexed: Callable[[], None]
) -> None:
    shelf.put(1, "One", SENTENCE)
    shelf.put(2, "Two", "The archive volume.")
    indexed()
    Digest.objects.all().delete()
    assert [result.hit.id for result in find(PUBLIC, SENTENCE).results] == [1, 2]
