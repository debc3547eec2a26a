"""Rebuilding the embedded index: one at a time, killed, of another schema, and how far it has come."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from search import indexing
from search.current import engine
from search.engines import whoosh_schema
from search.engines.whoosh_files import Busy, IndexFiles
from search.results import find
from tests.search.conftest import PUBLIC, Shelf
from tests.search.stored import delete_everything, forget, home, library

__all__ = ["library"]


def test_while_one_process_rebuilds_another_leaves_it_alone(library: Shelf) -> None:
    library.put(4, "Disk again", "full")
    with IndexFiles(home()).writing():
        with pytest.raises(Busy):
            indexing.rebuild()
        assert indexing.drain() == 0
        assert {r.hit.id for r in find(PUBLIC, "disk full").results} == {1, 4}
    assert indexing.drain() == 1
    assert {r.hit.id for r in find(PUBLIC, "disk full").results} == {1, 4}


def test_the_lock_of_a_killed_process_is_free(library: Shelf) -> None:
    held = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        import django
        django.setup()
        from search.engines.whoosh_files import IndexFiles
        with IndexFiles(Path({str(home())!r})).writing():
            print("held", flush=True)
            time.sleep(60)
    """)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen([sys.executable, "-c", held], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            indexing.rebuild()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert indexing.rebuild() == 3


def test_a_rebuild_that_dies_does_no_harm(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexing.rebuild(die)
    assert [r.hit.id for r in find(PUBLIC, "disk full").results] == [1]
    assert find(PUBLIC, "disk full").notice == ""
    indexing.rebuild()
    assert len([path for path in home().iterdir() if path.is_dir()]) == 1


def test_how_far_a_rebuild_has_come_is_told(library: Shelf) -> None:
    delete_everything()
    forget()
    seen: list[str] = []
    indexing.rebuild(lambda done, total: seen.append(find(PUBLIC, "disk full").notice))
    assert "3 of 3" in seen[-1]


def test_another_schema_is_rebuilt(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.engines.whoosh_files.SCHEMA_VERSION", whoosh_schema.SCHEMA_VERSION + 1)
    forget()
    assert engine().wants_rebuild() == "the index is of another version"
    indexing.drain()
    assert engine().wants_rebuild() == ""
