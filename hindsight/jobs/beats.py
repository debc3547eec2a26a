"""The heartbeat of workers: who is alive, and since when none is."""

import os
import socket
from datetime import datetime, timedelta

from django.utils.crypto import get_random_string

from hindsight.models import Worker

BEAT_EVERY = timedelta(seconds=10)
# Six missed beats: a busy disk may swallow a few.
SILENT_AFTER = timedelta(seconds=60)
FORGET_AFTER = timedelta(days=1)


def sign_on(*, now: datetime) -> Worker:
    """Enter this process as a worker and forget those that fell silent a day ago."""
    Worker.objects.filter(beat_at__lt=now - FORGET_AFTER).delete()
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{get_random_string(8)}"
    return Worker.objects.create(
        name=name, host=socket.gethostname()[:255], pid=os.getpid(), started_at=now, beat_at=now
    )


def beat(worker: Worker, *, now: datetime) -> None:
    """Renew the heartbeat; enters the worker again when its row was lost (a restored backup has none)."""
    if not Worker.objects.filter(pk=worker.pk).update(beat_at=now):
        worker.beat_at = now
        worker.save(force_insert=True)


def sign_off(worker: Worker) -> None:
    """The worker ends; nothing of it stays."""
    Worker.objects.filter(pk=worker.pk).delete()


def names_alive(*, now: datetime) -> set[str]:
    """The names of the workers that were heard of lately."""
    return set(Worker.objects.filter(beat_at__gte=now - SILENT_AFTER).values_list("name", flat=True))


def last_beat() -> datetime | None:
    """When a worker was last heard of; None when there never was one."""
    return Worker.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
