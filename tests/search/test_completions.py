"""Words that a word still being typed may become: those of visible records, on either engine."""

from collections.abc import Callable

import pytest

from search import ranking
from search.results import glance
from tests.search.conftest import INSIDER, PUBLIC, Person, Shelf


def completed(viewer: Person, beginning: str) -> list[str]:
    view, _ = ranking.view_of(viewer)
    return [word for word, _ in view.completions(beginning, 5)]


@pytest.fixture
def words(either: str, shelf: Shelf, indexed: Callable[[], None]) -> None:
    """Three records; one word only a few may see."""
    shelf.put(1, "Checkout is slow", "checkpoints of the database")
    shelf.put(2, "Checkout is down")
    shelf.put(3, "Checksums of the vault", rights="t:1")
    indexed()


@pytest.mark.usefixtures("words")
def test_the_most_frequent_first_and_only_visible_ones() -> None:
    assert completed(PUBLIC, "check") == ["checkout", "checkpoints"]
    assert completed(INSIDER, "check") == ["checkout", "checksums", "checkpoints"]


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize("beginning", ["", "c", "ch", "checkout", "quetz", "%", "_", "ch%", "é", "a" * 500])
def test_nothing_for_what_is_too_short_or_unknown(beginning: str) -> None:
    assert completed(PUBLIC, beginning) == []


@pytest.mark.usefixtures("words")
def test_what_waits_for_the_index_counts_too(shelf: Shelf) -> None:
    shelf.put(4, "Checkers of the certificates")
    assert "checkers" in completed(PUBLIC, "check")


@pytest.mark.usefixtures("words")
def test_an_unfinished_word_finds() -> None:
    assert {result.hit.id for result in glance(PUBLIC, "checko").results} == {1, 2}
    assert [result.hit.id for result in glance(PUBLIC, "checkp").results] == [1]
    assert glance(PUBLIC, "checksu").results == ()
