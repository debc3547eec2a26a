"""`manage.py work`: the worker. Search index, jobs, periodic functions, and a heartbeat that says that it is alive."""

import signal
import threading
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.core.management import BaseCommand
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from hindsight.jobs import beats, queue, schedule
from hindsight.jobs.loops import Loop
from hindsight.jobs.single import SingleInstance
from hindsight.models import Worker
from search import indexing
from search.semantic import filling

log = structlog.get_logger(__name__)

DRAIN_AT_ONCE = 200


class Command(BaseCommand):
    """One process does all background work; on SQLite, or with an index on disk, it is the only one."""

    help = "Run the background work: search index, jobs, schedule. bin/serve starts one; several machines run it alone."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM or SIGINT, finish what is in hand, end."""
        stop = threading.Event()
        listen_for_the_end(stop)
        autodiscover_modules("tasks", "periodic")
        lock = SingleInstance(settings.DATA_DIR / "worker.lock")
        if is_alone() and not lock.try_now():
            log.warning("another worker has this data directory; waiting for it to end")
            if not lock.wait(stop):
                return
        labour(stop)


def is_alone() -> bool:
    """Whether there may be one worker only: SQLite has one writer, and so has an index on disk."""
    return not settings.IS_POSTGRES or settings.SEARCH_ENGINE == "whoosh"


def labour(stop: threading.Event) -> None:
    """Run the loops until `stop`: indexing and the heartbeat beside the jobs, so that a long job delays neither."""
    worker = beats.sign_on(now=timezone.now())
    beside = [
        Loop("heartbeat", lambda: _beat(worker), pause=beats.BEAT_EVERY.total_seconds()),
        Loop("search", lambda: indexing.drain(DRAIN_AT_ONCE) > 0, pause=0.5),
        Loop("meaning", lambda: filling.fill() > 0, pause=5),
        Loop("schedule", lambda: _look_after(worker), pause=30),
    ]
    threads = [threading.Thread(target=loop.run, args=(stop,), name=loop.name) for loop in beside]
    for thread in threads:
        thread.start()
    log.info("worker started", worker=worker.name)
    Loop("jobs", lambda: queue.run_next(worker=worker.name, now=timezone.now()), pause=1).run(stop)
    for thread in threads:
        thread.join()
    beats.sign_off(worker)
    connection.close()


def listen_for_the_end(stop: threading.Event) -> None:
    """SIGTERM and SIGINT let the current items finish."""

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _beat(worker: Worker) -> bool:
    beats.beat(worker, now=timezone.now())
    return False


def _look_after(worker: Worker) -> bool:
    """Jobs of dead workers first, then what is due by the clock."""
    now = timezone.now()
    queue.recover(alive={worker.name} if is_alone() else beats.names_alive(now=now), now=now)
    schedule.run_due(now=now)
    return False
