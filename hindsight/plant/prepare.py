"""What has to be true before the processes start: tables up to date, static files built."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

STATIC_STAMP = ".from"
# Any number, the same in every process: one migrates, the others wait.
MIGRATION_LOCK = 4_115_201


class CannotStart(Exception):
    """Something that the operator has to put right; the message says what."""


def prepare_database(*, say: Callable[[str], None]) -> None:
    """Apply the migrations that are missing. Raises CannotStart for a database of a newer release or without WAL."""
    with _only_one_migrates():
        executor = MigrationExecutor(connection)
        _refuse_newer(executor)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            say(f"Bringing the database up to date ({len(plan)} migrations) …")
            call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        _require_wal()


def prepare_static(*, say: Callable[[str], None]) -> None:
    """Build the static files where a source was added, removed or changed since the last time."""
    if settings.DEBUG:
        return
    stamp = Path(settings.STATIC_ROOT) / STATIC_STAMP
    digest = _static_digest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == digest:
        return
    say("Building the static files …")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest, encoding="ascii")


def let_go_of_database() -> None:
    """Close every connection: none may be shared with the processes that are forked next."""
    opened: Any
    for opened in connections.all(initialized_only=True):
        opened.close()
        if opened.vendor == "postgresql":
            opened.close_pool()


def _refuse_newer(executor: MigrationExecutor) -> None:
    ours = executor.loader.migrated_apps
    unknown = [
        f"{app}.{name}"
        for app, name in executor.loader.applied_migrations
        if app in ours and (app, name) not in executor.loader.disk_migrations and not _replaced(executor, app, name)
    ]
    if unknown:
        raise CannotStart(
            f"The database was written by a newer release (it has {', '.join(sorted(unknown)[:3])}). "
            "Start that release, or restore a backup made by this one."
        )


def _replaced(executor: MigrationExecutor, app: str, name: str) -> bool:
    return any((app, name) in squashed.replaces for squashed in executor.loader.disk_migrations.values())


def _require_wal() -> None:
    """SQLite on a network file system can't do WAL, and without it concurrent writers fail."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0]).lower()
    if mode != "wal":
        raise CannotStart(
            f"SQLite runs with journal_mode={mode} in {settings.DATA_DIR}, not wal. "
            "Network file systems can't do it: put HINDSIGHT_DATA_DIR on a local disk, or use PostgreSQL."
        )


@contextmanager
def _only_one_migrates() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _static_digest() -> str:
    """Names, sizes and times of all sources: cheap, and different after every edit and every upgrade of a package."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
