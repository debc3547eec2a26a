"""The installation's own housekeeping; every other app adds its own in `<app>/periodic.py`."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from hindsight.jobs import queue
from hindsight.jobs.schedule import periodic


@periodic(every=timedelta(days=1))
def clear_sessions(*, now: datetime) -> None:
    """Sessions that have run out."""
    Session.objects.filter(expire_date__lt=now).delete()


@periodic(every=timedelta(days=1))
def prune_jobs(*, now: datetime) -> None:
    """Results of background jobs that nobody will ask for."""
    queue.prune(now=now)
