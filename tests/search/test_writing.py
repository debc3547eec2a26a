"""Postings in lists: the file format is Whoosh's, at any number of blocks, without asking the file system."""

from pathlib import Path
from typing import Any

import pytest

from search.documents import Document, Part
from search.engines import whoosh_writing
from search.engines.protocol import Plan, Term
from search.engines.whoosh_cures import DurableStorage
from search.engines.whoosh_engine import WhooshEngine

pytestmark = pytest.mark.usefixtures("shelf")


def documents(count: int) -> list[Document]:
    return [
        Document("note", pk, (Part("title", f"disk number{pk}"),), frozenset({"public"}), version=str(pk))
        for pk in range(1, count + 1)
    ]


def found(engine: WhooshEngine, word: str) -> set[int]:
    view = engine.view(frozenset({"public"}))
    return {row.key[1] for row in view.rank(Plan(terms=(Term(word, (word,)),)), 100).rows}


@pytest.mark.parametrize("count", [1, 3, 4, 10])
def test_a_list_longer_than_a_block_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(whoosh_writing, "_BLOCK", 3)
    engine = WhooshEngine(tmp_path / "index")
    assert engine.rebuild([documents(count)], count) == count
    assert found(engine, "disk") == set(range(1, count + 1))
    assert found(engine, f"number{count}") == {count}
    engine.apply(documents(count)[:1], [("note", count)] if count > 1 else [])
    assert found(engine, "disk") == set(range(1, max(count, 2)))


def test_writing_does_not_ask_the_file_system_once_a_posting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    real = DurableStorage.file_exists

    def counting(self: Any, name: str) -> bool:
        nonlocal asked
        asked += 1
        return bool(real(self, name))

    monkeypatch.setattr(DurableStorage, "file_exists", counting)
    WhooshEngine(tmp_path / "index").rebuild([documents(50)], 50)
    assert asked < 50
