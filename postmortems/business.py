"""Business days: Monday to Friday without the days off that an installation lists."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

SATURDAY = 5
DAYS_OFF_LIMIT = 20_000
# Beyond so many days off in a row a list is a mistake; the count goes on over them.
LONGEST_BREAK = 60
# A leap year, so that 29 February may be listed.
_LEAP = 2024
_LINE = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})(?:\s+\S.*)?", re.ASCII)


class NoDayError(ValueError):
    """A line that names no day."""

    def __init__(self, line: str) -> None:
        super().__init__(f"“{line[:60]}” names no day. Write 2027-04-05, or 12-25 for every year, and a name after it.")


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days on which nobody is at work: once, or every year by month and day."""

    once: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def __contains__(self, day: date) -> bool:
        return day in self.once or (day.month, day.day) in self.yearly


NONE = DaysOff()


def days_off_in(text: str) -> DaysOff:
    """The days of a list, one a line: `2027-04-05 Easter Monday`, or `12-25 Christmas` for every year.

    Raises NoDayError for a line that is neither; empty lines don't count.
    """
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        if found is None:
            raise NoDayError(line)
        try:
            day = date(int(found[1] or _LEAP), int(found[2]), int(found[3]))
        except ValueError as problem:
            raise NoDayError(line) from problem
        if found[1]:
            once.add(day)
        else:
            yearly.add((day.month, day.day))
    return DaysOff(frozenset(once), frozenset(yearly))


def is_business_day(day: date, off: DaysOff = NONE) -> bool:
    """Whether people are at work on that day."""
    return day.weekday() < SATURDAY and day not in off


def after_business_days(start: date, count: int, off: DaysOff = NONE) -> date:
    """The day that lies `count` business days after `start`; 0 is `start`, or the next business day."""
    day = _at_work(start, off)
    for _ in range(count):
        day = _at_work(day + timedelta(days=1), off)
    return day


def _at_work(day: date, off: DaysOff) -> date:
    """This day, or the first after it on which people are at work."""
    for ahead in range(LONGEST_BREAK):
        if is_business_day(day + timedelta(days=ahead), off):
            return day + timedelta(days=ahead)
    return day
