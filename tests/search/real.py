"""Real incidents behind the search page: an index of their own for every test, on each engine of the database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from incidents.models import EntryKind, Incident
from incidents.services.snippets import add_snippet
from search import indexing
from tests.search.conftest import ENGINES
from tests.support.records import NOW, make_entry, make_incident, make_step


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, db: None, settings: Any, tmp_path: Path) -> Callable[[], None]:
    """Bring the index up to date, as the worker does."""
    settings.INDEX_DIR = tmp_path / "index"
    settings.SEARCH_ENGINE = request.param

    def run() -> None:
        for _ in range(10):
            if not indexing.drain():
                return

    return run


def full_incident(by: User, **fields: Any) -> Incident:
    """An incident with one of everything that filters know."""
    incident = make_incident(
        by,
        title=fields.pop("title", "Checkout answers 502"),
        severity=fields.pop("severity", "sev2"),
        services=fields.pop("services", ["checkout"]),
        tags=fields.pop("tags", ["pool"]),
        **fields,
    )
    make_step(incident, by, hypothesis="The connection pool is empty")
    make_entry(incident, by, "Raised pool_size to forty", kind=EntryKind.FIX)
    code = "import pool\n\nraise PoolExhaustedError(size=10)\n# ECONNREFUSED seen\n"
    add_snippet(incident=incident, by=by, now=NOW, code=code, language="python")
    return incident
