"""PostgreSQL's index damaged in every way we know: search answers from the tables, says so, and heals."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from search import indexing
from search.current import engine
from search.engines import postgres_sql
from search.engines.postgres import PostgresEngine
from search.engines.postgres_sql import ask
from search.engines.protocol import EngineError
from search.models import Digest, IndexedText, OutboxEntry, SearchDocument
from search.results import find
from tests.search.conftest import PUBLIC, Shelf

pytestmark = pytest.mark.postgresql

Run = Callable[[], None]
BANNER = "Search index is being rebuilt"


@pytest.fixture
def library(shelf: Shelf, indexed: Run, settings: Any) -> Shelf:
    """Two records, indexed, and one that only some may see."""
    settings.SEARCH_ENGINE = "postgres"
    shelf.put(1, "Disk full on the primary", "Nobody rotated the logs", service="db")
    shelf.put(2, "Logins slow", "The cache was cold", service="auth")
    shelf.put(3, "Disk of a secret kind", "disk", rights="t:1", service="db")
    indexed()
    assert find(PUBLIC, "disk").engine == "postgres"
    return shelf


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def look_anew() -> None:
    """What another process would do: look at everything for the first time."""
    vars(engine()).update(vars(PostgresEngine()))


DAMAGE = {
    "documents emptied": "TRUNCATE search_searchdocument",
    "documents emptied, numbers begin anew": "TRUNCATE search_searchdocument RESTART IDENTITY",
    "documents of another generation": "UPDATE search_searchdocument SET generation = generation - 1",
    "vocabulary emptied": "TRUNCATE search_vocabulary",
    "vocabulary gone": "DROP TABLE search_vocabulary",
    "state emptied": "TRUNCATE search_indexstate",
    "index over words dropped": "DROP INDEX search_document_words",
    "index over facts dropped": "DROP INDEX search_document_facts",
    "index over words broken off while it was built": (
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'search_document_words'::regclass"
    ),
    "older version": "UPDATE search_indexstate SET schema = 1",
    "tallies missing": "ALTER TABLE search_searchdocument DROP COLUMN tallies",
    "words missing": "ALTER TABLE search_searchdocument DROP COLUMN words",
    "rights missing": "ALTER TABLE search_searchdocument DROP COLUMN rights",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_index_is_stood_in_for_and_heals(library: Shelf, damage: str) -> None:
    run(damage)
    results = find(PUBLIC, "disk full")
    assert BANNER in results.notice
    assert results.engine == "database"
    assert [result.hit.id for result in results.results] == [1]
    assert results.count == 1
    assert {v.value for facet in results.facets if facet.name == "service" for v in facet.values} == {"db"}

    look_anew()
    indexing.drain()
    results = find(PUBLIC, "disk full")
    assert (results.notice, results.engine) == ("", "postgres")
    assert [result.hit.id for result in results.results] == [1]
    assert find(PUBLIC, "primray").did_you_mean == "primary"
    assert indexing.drift().is_none


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM search_searchdocument WHERE object_id = 1",
        "DELETE FROM search_vocabulary WHERE word = 'primary'",
        "DELETE FROM search_indexedtext WHERE object_id = 1",
        "DELETE FROM search_digest WHERE object_id = 1",
    ],
)
def test_rows_that_were_lost_come_back(library: Shelf, loss: str) -> None:
    run(loss)
    assert find(PUBLIC, "disk full").results or "searchdocument" in loss
    look_anew()
    assert "gone" in engine().wants_rebuild()
    indexing.drain()
    assert [result.hit.id for result in find(PUBLIC, "disk full").results] == [1]
    assert find(PUBLIC, "primray").did_you_mean == "primary"
    assert SearchDocument.objects.count() == IndexedText.objects.count() == Digest.objects.count() == 3
    look_anew()
    assert engine().wants_rebuild() == ""


def test_a_result_is_shown_without_the_texts_beside_it(library: Shelf) -> None:
    run("TRUNCATE search_indexedtext, search_digest")
    results = find(PUBLIC, "disk rotated logs on the primary full")
    assert [result.hit.id for result in results.results] == [1]
    assert results.results[0].highlights
    assert results.notice == ""


def test_a_question_that_takes_too_long_is_given_up_and_no_reason_to_rebuild(
    library: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        hurried = postgres_sql._BEFORE.replace(str(postgres_sql.PATIENCE_MS), "1")
        patch.setattr(postgres_sql, "_BEFORE", hurried)
        with pytest.raises(EngineError, match="too long"):
            ask("SELECT pg_sleep(5)")
        patch.setattr(postgres_sql, "_BEFORE", f"{hurried} SELECT pg_sleep(5); ")
        results = find(PUBLIC, "disk full")
    assert (results.engine, [result.hit.id for result in results.results]) == ("database", [1])
    assert "too long" in results.notice
    assert engine().wants_rebuild() == ""
    assert find(PUBLIC, "disk full").engine == "postgres"


def test_settings_of_one_question_are_gone_with_it(library: Shelf) -> None:
    def settings() -> list[str]:
        found = []
        with connection.cursor() as cursor:
            for name in ("enable_seqscan", "jit", "statement_timeout", "lock_timeout"):
                cursor.execute(f"SHOW {name}")
                found.append((cursor.fetchone() or ("",))[0])
        return found

    before = settings()
    ask("SELECT 1")
    with pytest.raises(EngineError), transaction.atomic():
        ask("SELECT nothing FROM nowhere")
    assert settings() == before
    engine().rebuild([], 0)
    assert settings() == before


@pytest.mark.django_db(transaction=True)
def test_a_table_that_another_process_holds_is_waited_for(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.engines.postgres._LOCK_PATIENCE", "50ms")
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("LOCK TABLE search_searchdocument IN ACCESS EXCLUSIVE MODE")
        results = find(PUBLIC, "disk full")
        assert (results.engine, [result.hit.id for result in results.results]) == ("database", [1])
        assert "another process holds" in results.notice
        library.put(4, "Disk full again")
        assert indexing.drain() == 0
        assert OutboxEntry.objects.filter(parked_at=None, tries=0).count() == 1
    finally:
        # As it ends for a process that is killed.
        other.rollback()
        other.close()
    assert engine().wants_rebuild() == ""
    assert indexing.drain() == 1
    results = find(PUBLIC, "disk full")
    assert (results.notice, {result.hit.id for result in results.results}) == ("", {1, 4})
