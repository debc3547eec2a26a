"""The engine that this installation uses, one a process."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from search.engines.postgres import PostgresEngine
from search.engines.protocol import Engine
from search.engines.whoosh_engine import WhooshEngine


def engine() -> Engine:
    """The engine named by HINDSIGHT_SEARCH_ENGINE, over the data directory or the database."""
    return _engine(settings.SEARCH_ENGINE, Path(settings.INDEX_DIR))


@lru_cache(maxsize=4)
def _engine(name: str, home: Path) -> Engine:
    return PostgresEngine() if name == "postgres" else WhooshEngine(home)
