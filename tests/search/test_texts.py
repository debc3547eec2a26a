"""The kept texts: one query for a page of results, never older than the record, gone with it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import indexing, packing, texts
from search.documents import Document, Part
from search.models import IndexedText
from search.preparing import prepare
from search.results import find
from tests.search.conftest import PUBLIC, Shelf

Run = Callable[[], None]


def shown(text: str) -> list[str]:
    return [str(highlight.html) for result in find(PUBLIC, text).results for highlight in result.highlights]


def test_a_page_of_results_builds_no_document_and_asks_as_often_as_one_result(shelf: Shelf, indexed: Run) -> None:
    for pk in range(1, 31):
        shelf.put(pk, f"Outage {pk}", "The disk was full" if pk > 1 else "The lone disk")
    indexed()
    find(PUBLIC, "disk")
    shelf.read.clear()
    with CaptureQueriesContext(connection) as one:
        assert len(find(PUBLIC, "lone").results) == 1
    with CaptureQueriesContext(connection) as many:
        assert len(find(PUBLIC, "disk").results) == 20
    assert len(many) == len(one)
    assert shelf.read == []


def test_a_record_that_waits_for_the_index_is_shown_as_it_is_now(shelf: Shelf, indexed: Run) -> None:
    shelf.put(1, "Outage", "The disk was full of sessions")
    indexed()
    shelf.put(1, "Outage", "The disk was full of logs")
    assert shown("disk") == ["The <mark>disk</mark> was full of logs"]
    indexed()
    assert shown("disk") == ["The <mark>disk</mark> was full of logs"]


def test_a_phrase_is_read_in_the_kept_text(shelf: Shelf, indexed: Run) -> None:
    shelf.put(1, "Outage", "The disk was full")
    shelf.put(2, "Outage", "The full disk")
    indexed()
    shelf.read.clear()
    assert [result.hit.id for result in find(PUBLIC, '"full disk"').results] == [2]
    assert shelf.read == []


def test_a_deleted_record_leaves_no_text(shelf: Shelf, indexed: Run) -> None:
    shelf.put(1, "Outage", "The password was hunter2")
    indexed()
    shelf.drop(1)
    indexed()
    assert not IndexedText.objects.exists()


def test_a_rebuild_keeps_the_texts_of_what_there_is(shelf: Shelf, indexed: Run) -> None:
    shelf.put(1, "Outage", "The disk was full")
    indexed()
    del shelf.held[1]
    shelf.put(2, "Outage", "The cache was cold")
    indexing.rebuild()
    assert list(IndexedText.objects.values_list("object_id", flat=True)) == [2]


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_text_that_cannot_be_unpacked_is_read_from_the_record(shelf: Shelf, indexed: Run, damage: bytes) -> None:
    shelf.put(1, "Outage", "The disk was full")
    indexed()
    IndexedText.objects.update(parts=damage)
    assert shown("disk") == ["The <mark>disk</mark> was full"]


def test_one_huge_text_is_kept_in_part(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_CHARACTERS", 10)
    parts = (Part("entry", "12345678", "#entry-1"), Part("log", "abcdef"), Part("code", "never"))
    texts.keep(prepare([Document("note", 1, parts, frozenset())]))
    assert texts.read([("note", 1)]) == {("note", 1): (Part("entry", "12345678", "#entry-1"), Part("log", "ab"))}
