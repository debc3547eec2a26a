"""`manage.py check_index`: does the search index agree with the database?"""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines.protocol import EngineError, Key
from search.indexing import drift

SHOWN = 20


class Command(BaseCommand):
    """Compare index and database; exit 1 on drift."""

    help = "Compare every record's version with the one in the search index. Exits 1 and lists them if they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and report."""
        try:
            found = drift()
        except EngineError as problem:
            raise CommandError(f"The index can't be read: {problem}. Run manage.py rebuild_index.") from problem
        if found.waiting:
            self.stdout.write(f"{found.waiting:,} records wait in the outbox; the worker takes them in.")
        if found.is_none:
            self.stdout.write("Index and database agree.")
            return
        self.list("not in the index", found.missing)
        self.list("in the index with an older version", found.stale)
        self.list("in the index but not in the database", found.extra)
        self.list("could not be indexed; the log says why", found.parked)
        self.stdout.write("Run manage.py rebuild_index.")
        sys.exit(1)

    def list(self, what: str, keys: Sequence[Key]) -> None:
        """One line with the first records that differ in one way."""
        if keys:
            more = f" and {len(keys) - SHOWN:,} more" if len(keys) > SHOWN else ""
            names = ", ".join(f"{kind} {pk}" for kind, pk in keys[:SHOWN])
            self.stdout.write(f"{len(keys):,} {what}: {names}{more}")
