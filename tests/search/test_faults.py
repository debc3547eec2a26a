"""The embedded index damaged in every way we know: search answers from the database, says so, and heals."""

import os
import random
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search import indexing
from search.current import engine
from search.engines import whoosh_cures
from search.engines.protocol import EngineError
from search.engines.whoosh_engine import WhooshEngine
from search.results import find
from tests.search.conftest import PUBLIC, Shelf
from tests.search.stored import current, delete_everything, files, forget, home, library

__all__ = ["library"]

Run = Callable[[], None]
BANNER = "Search index is being rebuilt"


def delete_generation() -> None:
    shutil.rmtree(current())


def truncate() -> None:
    for path in files():
        os.truncate(path, path.stat().st_size // 2)


def empty() -> None:
    for path in files():
        os.truncate(path, 0)


def spoil_table() -> None:
    for path in files():
        if path.suffix == ".toc":
            path.write_bytes(b"\x80\x04nonsense" * 20)


def spoil_name() -> None:
    (home() / "current").write_text("../../etc")


def older_schema() -> None:
    old = home() / f"v0-{'0' * 16}"
    current().rename(old)
    (home() / "current").write_text(old.name)


def open_to_others() -> None:
    current().chmod(0o755)


DAMAGE = [
    delete_everything,
    delete_generation,
    truncate,
    empty,
    spoil_table,
    spoil_name,
    older_schema,
    open_to_others,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_stood_in_for_and_heals(library: Shelf, damage: Callable[[], None]) -> None:
    damage()
    forget()
    results = find(PUBLIC, "disk full")
    assert [result.hit.id for result in results.results] == [1]
    assert BANNER in results.notice
    assert results.engine == "database"
    assert results.count == 1
    assert {v.value for facet in results.facets if facet.name == "service" for v in facet.values} == {"db"}

    indexing.drain()
    results = find(PUBLIC, "disk full")
    assert (results.notice, results.engine) == ("", "whoosh")
    assert [result.hit.id for result in results.results] == [1]
    assert indexing.drift().is_none


def test_files_cut_short_while_they_are_in_use_do_not_end_the_process(library: Shelf) -> None:
    assert find(PUBLIC, "disk").engine == "whoosh"
    empty()
    results = find(PUBLIC, "disk full")
    assert (results.engine, [result.hit.id for result in results.results]) == ("database", [1])
    indexing.drain()
    assert find(PUBLIC, "disk full").engine == "whoosh"


CUT_SHORT = """
    import os, sys
    from pathlib import Path
    import django
    django.setup()
    from search.documents import Document, Part
    from search.engines import whoosh_cures
    from search.engines.protocol import EngineError, Plan, Term
    from search.engines.whoosh_engine import WhooshEngine
    from search.preparing import prepare
    # As if the files became shorter after they were looked at; read as large ones are.
    whoosh_cures.HELD_BYTES = 0
    WhooshEngine._check_sizes = lambda self: None
    text = " ".join(f"word{number}" for number in range(3000))
    held = [Document("incident", pk, (Part("title", f"disk {pk} {text}"),), frozenset({"public"})) for pk in (1, 2, 3)]
    plan = Plan(terms=tuple(Term(word, (word,)) for word in ("disk", "word7", "word2999")))
    failed = 0
    for share in (0.0, 0.02, 0.3, 0.6, 0.9, 0.99):
        engine = WhooshEngine(Path(sys.argv[1]) / str(share))
        engine.rebuild([prepare(held)], 3)
        view = engine.view(None)
        for path in engine.files.current().iterdir():
            os.truncate(path, int(path.stat().st_size * share))
        try:
            view.rank(plan, 10, ("service",)), view.near("wordd7"), list(engine.versions())
        except (EngineError, ValueError):
            failed += 1
    print(f"alive, {failed} failed")
"""


def test_a_file_that_is_cut_short_between_two_reads_ends_no_process(tmp_path: Path) -> None:
    """Were it mapped, reading behind its new end would be a signal that nobody can catch."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", textwrap.dedent(CUT_SHORT), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive, 6 failed\n"), done.stderr


def test_what_is_cut_short_between_two_reads_is_stood_in_for(library: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    # As large files are read, whatever the size of this one.
    monkeypatch.setattr(whoosh_cures, "HELD_BYTES", 0)
    forget()
    assert find(PUBLIC, "disk").engine == "whoosh"
    with monkeypatch.context() as patch:
        patch.setattr(WhooshEngine, "_check_sizes", lambda self: None)
        empty()
        results = find(PUBLIC, "full primary")
        assert (results.engine, [result.hit.id for result in results.results]) == ("database", [1])
        assert BANNER in results.notice
        assert engine().wants_rebuild()
    indexing.drain()
    results = find(PUBLIC, "full primary")
    assert (results.engine, results.notice) == ("whoosh", "")


def test_flipped_bits_never_show_what_is_wrong(library: Shelf) -> None:
    kept = {path: path.read_bytes() for path in files()}
    dice = random.Random(7)
    for _ in range(60):
        path = dice.choice([path for path in kept if kept[path]])
        data = bytearray(kept[path])
        for _ in range(3):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
        forget()
        results = find(PUBLIC, "disk")
        assert 3 not in [result.hit.id for result in results.results]
        assert all(result.hit.title == library.held[result.hit.id].parts[1].text for result in results.results)
        path.write_bytes(kept[path])
    forget()
    assert find(PUBLIC, "disk").engine == "whoosh"


def test_filters_and_phrases_work_without_an_index(library: Shelf) -> None:
    delete_everything()
    forget()
    assert [r.hit.id for r in find(PUBLIC, "service:auth").results] == [2]
    assert [r.hit.id for r in find(PUBLIC, '"disk full"').results] == [1]
    assert [r.hit.id for r in find(PUBLIC, "NOTE-2").results] == [2]
    assert find(PUBLIC, "nowhere").results == ()


def test_an_index_that_cannot_be_written_is_said_and_waited_for(
    library: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_everything()
    forget()
    real = os.open

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if str(home()) in str(path) and flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return real(path, flags, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert indexing.drain() == 0
        assert BANNER in find(PUBLIC, "disk full").notice
    indexing.drain()
    assert find(PUBLIC, "disk full").notice == ""


def test_a_table_of_contents_is_never_opened_from_a_directory_of_others(library: Shelf) -> None:
    home().chmod(0o777)
    forget()
    with pytest.raises(EngineError, match="others"):
        engine().view(None)
    indexing.drain()
    assert home().stat().st_mode & 0o077 == 0
    assert find(PUBLIC, "disk").engine == "whoosh"


def test_files_are_for_their_owner_alone(library: Shelf) -> None:
    assert home().stat().st_mode & 0o777 == 0o700
    assert current().stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in files()} == {0}


def test_a_record_whose_text_cannot_be_read_is_still_a_result(library: Shelf) -> None:
    library.broken.add(1)
    results = find(PUBLIC, "disk full")
    assert [(r.hit.id, r.highlights) for r in results.results] == [(1, ())]
    assert results.notice == ""
