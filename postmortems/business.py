"""Business days: Monday to Friday. Public holidays differ by place and are not known here."""

from datetime import date, timedelta

SATURDAY = 5


def is_business_day(day: date) -> bool:
    """Whether people are at work on that day of the week."""
    return day.weekday() < SATURDAY


def after_business_days(start: date, count: int) -> date:
    """The day that lies `count` business days after `start`; 0 is `start`, or the Monday after a weekend."""
    day = start
    while not is_business_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_business_day(day):
            day += timedelta(days=1)
    return day
