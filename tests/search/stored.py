"""An index of two records that everybody may see and one that few may, and where its files are."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from search.current import engine
from search.engines.whoosh_engine import WhooshEngine
from search.engines.whoosh_files import IndexFiles
from search.results import find
from tests.search.conftest import PUBLIC, Shelf

Run = Callable[[], None]


@pytest.fixture
def library(shelf: Shelf, indexed: Run) -> Shelf:
    """Two records, indexed, and one that only some may see."""
    shelf.put(1, "Disk full on the primary", "Nobody rotated the logs", service="db")
    shelf.put(2, "Logins slow", "The cache was cold", service="auth")
    shelf.put(3, "Disk of a secret kind", "disk", rights="t:1", service="db")
    indexed()
    assert find(PUBLIC, "disk").engine == "whoosh"
    return shelf


def home() -> Path:
    found = engine()
    assert isinstance(found, WhooshEngine)
    return found.files.home


def current() -> Path:
    return IndexFiles(home()).current()


def files() -> list[Path]:
    return sorted(path for path in current().iterdir() if path.is_file())


def delete_everything() -> None:
    shutil.rmtree(home())


def forget() -> None:
    """What another process would do: open the index for the first time."""
    fresh = WhooshEngine(home())
    vars(engine()).update(vars(fresh))
