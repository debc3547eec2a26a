"""PostgreSQL is asked a constant number of times, however many words there are; and sees every change at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.engines.postgres import PostgresEngine
from search.engines.protocol import FACETS, Plan, Term
from search.preparing import prepare
from tests.search.conftest import Shelf

pytestmark = pytest.mark.postgresql

PUBLIC = frozenset({"public"})
WORDS = [f"word{letter}" for letter in "abcdefghijkl"]


@pytest.fixture
def engine(shelf: Shelf, db: None, settings: Any) -> PostgresEngine:
    settings.SEARCH_ENGINE = "postgres"
    engine = PostgresEngine()
    for pk in range(1, 4):
        shelf.put(pk, " ".join(WORDS[: 4 * pk]))
    engine.rebuild([prepare(list(shelf.held.values()))], 3)
    return engine


def asked(engine: PostgresEngine, words: list[str]) -> int:
    plan = Plan(terms=tuple(Term(word, (word,)) for word in words))
    with CaptureQueriesContext(connection) as queries:
        engine.view(PUBLIC).rank(plan, 10, FACETS)
    return len(queries)


def test_more_words_are_no_more_queries(engine: PostgresEngine) -> None:
    asked(engine, WORDS[:1])
    assert asked(engine, WORDS[2:]) == asked(engine, WORDS[:2]) <= 15


def test_words_asked_for_again_are_fewer_queries(engine: PostgresEngine) -> None:
    first = asked(engine, WORDS)
    assert asked(engine, WORDS) < first


def test_what_is_left_out_or_gone_counts_no_more(engine: PostgresEngine, shelf: Shelf) -> None:
    def count(hidden: Callable[[], list[tuple[str, int]]] = list) -> int:
        return engine.view(PUBLIC, hidden()).rank(Plan(), 10).statistics.count

    assert count() == 3
    assert count(lambda: [("note", 2), ("note", 99), ("other", 1)]) == 2
    engine.apply(prepare([]), [("note", 1)])
    assert count() == 2
    engine.apply(prepare([shelf.held[1]]), [])
    assert count() == 3


def test_completions_are_counted_by_the_index(engine: PostgresEngine) -> None:
    # What is read once of an index is read here, whichever test comes first.
    asked(engine, ["other"])
    with CaptureQueriesContext(connection) as queries:
        found = engine.view(PUBLIC).completions("word", 3)
    assert len(found) == 3
    statements = [query["sql"] for query in queries]
    counted = next(at for at, sql in enumerate(statements) if "tsquery" in sql)
    assert any("enable_seqscan = off" in sql for sql in statements[:counted])
    assert len(statements) <= 12
