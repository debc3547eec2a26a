"""Ten thousand odd queries: none raises, and none takes long."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from search.query import parse
from search.results import find, glance, similar
from search.suggesting import suggest
from tests.search.conftest import PUBLIC, Shelf
from tests.search.odd import NASTY, ODD

# Figures of the promise, with room for a busy machine: the parser alone takes well under a millisecond.
LONGEST_S = 2.0


@given(ODD)
@settings(max_examples=7_500, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_query_is_an_error(text: str) -> None:
    begin = perf_counter()
    query = parse(text, me="ada")
    assert perf_counter() - begin < LONGEST_S
    assert len(query.required) <= 50
    assert all(query.required)


@pytest.mark.django_db
def test_no_query_makes_search_fail(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    """A quarter of ten thousand, all the way through each engine."""
    shelf.put(1, "Disk full on the primary", "nobody rotated the logs", service="a", severity="sev1", tag="x y")
    shelf.put(2, "Logins slow", "c d", service="b", severity="sev2")
    indexed()

    @given(ODD)
    @settings(max_examples=2_500, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(text: str) -> None:
        begin = perf_counter()
        answer = find(PUBLIC, text)
        assert perf_counter() - begin < LONGEST_S
        assert not answer.notice
        assert answer.count >= len(answer.results)

    ask()


@pytest.mark.django_db
@pytest.mark.parametrize("ask", [find, glance, similar], ids=lambda ask: str(ask.__name__))
def test_nasty_queries_harm_nobody(shelf: Shelf, either: str, indexed: Callable[[], None], ask: Any) -> None:
    shelf.put(1, "Disk full on the primary", "nobody rotated the logs", service="a", severity="sev1", tag="x y")
    indexed()
    for text in [*NASTY, *(f"disk {each}" for each in NASTY), "\n".join(NASTY), "x" * 1_000_000, "a.b " * 250_000]:
        begin = perf_counter()
        answer = ask(PUBLIC, text)
        assert perf_counter() - begin < LONGEST_S, text[:80]
        assert not answer.notice, text[:80]
        suggest(PUBLIC, text)
