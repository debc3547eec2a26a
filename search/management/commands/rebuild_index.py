"""`manage.py rebuild_index`: a new search index beside the old one, then swapped."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.current import engine
from search.engines.protocol import EngineError
from search.engines.whoosh_files import Busy
from search.indexing import rebuild


class Command(BaseCommand):
    """Rebuild the search index from the database."""

    help = "Build the search index anew beside the one in use, and swap them. Searching goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --if-needed."""
        parser.add_argument("--if-needed", action="store_true", help="do nothing while the index can be used as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say what came of it."""
        reason = engine().wants_rebuild()
        health = engine().health()
        if options["if_needed"] and not reason and health.is_good:
            self.stdout.write(f"The index is good: {health.documents:,} records ({health.engine}).")
            return
        begin = time.monotonic()
        try:
            count = rebuild(self.show)
        except Busy as problem:
            raise CommandError(
                "Another process is writing the index; it will be up to date when it is done."
            ) from problem
        except EngineError as problem:
            raise CommandError(f"The index can't be built: {problem}.") from problem
        seconds = time.monotonic() - begin
        self.stdout.write(f"Indexed {count:,} records in {seconds:.1f} s ({engine().name}).")

    def show(self, done: int, total: int) -> None:
        """One line that counts, on a terminal only."""
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,}", ending="" if done < total else "\n")
