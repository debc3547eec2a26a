"""Whether this installation can do its work: one check for each thing that it rests on."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hindsight.jobs import beats, queue
from search.current import engine
from search.models import OutboxEntry

LEAST_FREE = 200 * 1024 * 1024
# Longer than any pause of the worker, shorter than a person's patience.
OLDEST_CHANGE = timedelta(minutes=5)
OLDEST_JOB = timedelta(minutes=15)


class NotReady(Exception):
    """A check failed; the message is for the operator and holds no secret."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check."""

    name: str
    ok: bool
    said: str


def findings(*, now: datetime) -> list[Finding]:
    """Every check, in the order of what rests on what."""
    return [_finding(name, check, now) for name, check in CHECKS.items()]


def _finding(name: str, check: Callable[[datetime], str], now: datetime) -> Finding:
    try:
        return Finding(name, ok=True, said=check(now))
    except NotReady as problem:
        return Finding(name, ok=False, said=str(problem))
    except DatabaseError as problem:
        # Its text may name hosts and users; the log has it.
        return Finding(name, ok=False, said=f"the database did not answer ({type(problem).__name__})")


def database(now: datetime) -> str:
    """It answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return connection.vendor


# A process never loses migrations, so that it is asked until it is well and not again.
_is_migrated = False


def migrations(now: datetime) -> str:
    """Every migration of this release is applied."""
    global _is_migrated
    if _is_migrated:
        return "applied"
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        raise NotReady(f"{missing} migrations are missing; run manage.py migrate")
    _is_migrated = True
    return "applied"


def index(now: datetime) -> str:
    """The search index can be read; without it search answers from the database, so it is no reason to be unready."""
    found = engine().health()
    if not found.is_good:
        return f"{found.engine}: {found.problem}; search answers from the database"
    return f"{found.engine}, {found.documents:,} records"


def disk(now: datetime) -> str:
    """The data directory has room for uploads and the database's own growth."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    said = f"{free // 1024 // 1024} MB free"
    if free < LEAST_FREE:
        raise NotReady(f"{said}; 200 MB are needed")
    return said


def outbox(now: datetime) -> str:
    """Changes reach the index."""
    waiting = OutboxEntry.objects.filter(parked_at=None)
    oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    if oldest is not None and now - oldest > OLDEST_CHANGE:
        raise NotReady(f"the oldest change has waited {_seconds(now - oldest)} for the index")
    return f"{waiting.count()} waiting"


def jobs(now: datetime) -> str:
    """Jobs are taken within a quarter of an hour of being due."""
    due = queue.due(now)
    oldest = due.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    if oldest is not None and now - oldest > OLDEST_JOB + queue.LONGEST_PAUSE:
        raise NotReady(f"the oldest job has waited {_seconds(now - oldest)}")
    return f"{due.count()} due, {queue.parked().count()} parked"


def worker(now: datetime) -> str:
    """A worker was heard of in the last minute."""
    last = beats.last_beat()
    if last is None:
        raise NotReady("no worker was ever started; bin/serve starts one, or run manage.py work")
    if now - last > beats.SILENT_AFTER:
        raise NotReady(f"no worker for {_seconds(now - last)}")
    return f"heard of {_seconds(now - last)} ago"


def _seconds(span: timedelta) -> str:
    return f"{max(0, round(span.total_seconds()))} s"


CHECKS: dict[str, Callable[[datetime], str]] = {
    check.__name__: check for check in (database, migrations, index, disk, outbox, jobs, worker)
}
