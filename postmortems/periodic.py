"""What is asked and told every so often: whether fixes held, and which action items are overdue."""

from datetime import datetime, timedelta

from hindsight.jobs.schedule import periodic
from postmortems.services.digest import mail_overdue, mail_watches


@periodic(every=timedelta(hours=1))
def ask_whether_it_held(*, now: datetime) -> None:
    """One mail for each watch that is over."""
    mail_watches(now=now)


@periodic(every=timedelta(hours=1))
def tell_what_is_overdue(*, now: datetime) -> None:
    """One mail a week for each who owns something overdue."""
    mail_overdue(now=now)
