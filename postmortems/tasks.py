"""What is done about postmortems without anybody asking: noting what is due, and mailing what waits on people."""

from datetime import datetime, timedelta

from hindsight.jobs.schedule import periodic
from postmortems.services.reminders import mail_waiting, note_due


@periodic(every=timedelta(hours=1))
def note_what_is_due(*, now: datetime) -> None:
    """Keep a notice for postmortems that are due within a business day, or overdue."""
    note_due(now=now)


@periodic(every=timedelta(minutes=2))
def mail_what_waits(*, now: datetime) -> None:
    """Mail people what they were not told yet."""
    mail_waiting(now=now)
