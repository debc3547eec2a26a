"""Whoosh's three defects stay cured."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from whoosh.filedb.structfile import BufferFile
from whoosh.query import Or

from search.engines.whoosh_cures import DurableStorage, MappedFile
from search.engines.whoosh_engine import WhooshEngine
from tests.search.conftest import Shelf


def test_an_or_query_uses_the_matcher_that_loses_nothing() -> None:
    assert Or.matcher_type == Or.ARRAY_MATCHER


def test_a_mapped_file_is_read_in_place() -> None:
    data = bytearray(b"first\nsecond")
    opened = BufferFile(memoryview(data))
    data[0:5] = b"FIRST"
    assert opened.read(5) == b"FIRST"


def test_a_mapped_file_reads_as_a_file_does() -> None:
    content = b"one\ntwo\n" + b"x" * 700 + b"\nend"
    mapped, plain = MappedFile(memoryview(content)), io.BytesIO(content)
    for _ in range(5):
        assert mapped.readline() == plain.readline()
    for whence, offset in ((io.SEEK_SET, 4), (io.SEEK_END, -3), (io.SEEK_SET, 2), (io.SEEK_CUR, 3)):
        assert mapped.seek(offset, whence) == plain.seek(offset, whence)
        assert mapped.read(2) == plain.read(2)
        assert mapped.tell() == plain.tell()
    assert mapped.read() == plain.read()


def test_files_are_on_the_disk_when_they_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    storage = DurableStorage(str(tmp_path))
    stream = storage.create_file("a")
    stream.write(b"x")
    stream.close()
    assert len(synced) == 1
    storage.rename_file("a", "b")
    assert len(synced) == 2
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_a_reader_keeps_its_segments_from_commit_to_commit(shelf: Shelf, indexed: Any, tmp_path: Path) -> None:
    shelf.put(1, "Disk full")
    indexed()
    engine = WhooshEngine(tmp_path / "index")
    before = engine.snapshot().segments[0]
    shelf.put(2, "Disk slow")
    indexed()
    after = engine.snapshot(fresh=True).segments
    assert after[0] is before
    assert len(after) == 2
