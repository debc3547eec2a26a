"""The way without an index reads little: the likeliest records, while there is time."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from search import without_index
from search.results import find
from tests.search.conftest import PUBLIC, Shelf


@pytest.fixture
def many(shelf: Shelf, indexed: Callable[[], None], settings: Any) -> Shelf:
    """Sixty records that hold one word of the question, an old one that holds all, and no index."""
    shelf.put(1, "Backlog of invoices", "the broker refused every consumer")
    for pk in range(2, 62):
        shelf.put(pk, f"Broker, case {pk}", "something else")
    indexed()
    shutil.rmtree(settings.INDEX_DIR)
    shelf.read.clear()
    return shelf


def test_of_many_candidates_few_are_read_and_the_likeliest_first(many: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_index, "BUDGET_S", 0.0)
    results = find(PUBLIC, "broker refused consumer")
    assert results.notice
    assert results.results[0].hit.id == 1
    assert len(set(many.read)) <= 10
    assert not results.count_is_exact


def test_with_time_enough_all_candidates_are_matched(many: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(without_index, "BUDGET_S", 60.0)
    results = find(PUBLIC, "broker")
    assert (results.count, results.count_is_exact) == (61, True)
