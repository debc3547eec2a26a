"""The installation's own housekeeping; every other app adds its own in `<app>/periodic.py`."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from accounts.models import OnceKey
from hindsight.jobs import queue
from hindsight.jobs.schedule import periodic
from hindsight.lib.files import FileStore

# Longer than any browser or script goes on trying.
KEEP_ONCE_KEYS = timedelta(days=2)


@periodic(every=timedelta(days=1))
def clear_sessions(*, now: datetime) -> None:
    """Sessions that have run out."""
    Session.objects.filter(expire_date__lt=now).delete()


@periodic(every=timedelta(days=1))
def prune_once_keys(*, now: datetime) -> None:
    """Keys of requests that nobody will send again."""
    OnceKey.objects.filter(created_at__lt=now - KEEP_ONCE_KEYS).delete()


@periodic(every=timedelta(hours=1))
def sweep_files(*, now: datetime) -> None:
    """Temporary files of uploads that broke off."""
    FileStore().sweep()


@periodic(every=timedelta(days=1))
def prune_jobs(*, now: datetime) -> None:
    """Results of background jobs that nobody will ask for."""
    queue.prune(now=now)
