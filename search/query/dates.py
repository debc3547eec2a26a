"""Days as people write them: a year, a month, a day, or how long ago."""

import re
from datetime import date, timedelta

ACCEPTED = "2026, 2026-01, 2026-01-31, 30d, 6w, 3m, 1y, today, yesterday"

_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?")
_AGO = re.compile(r"(\d{1,5})(d|w|m|y)(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_NAMED = {"today": 0, "yesterday": 1}


def day_of(value: str, *, today: date) -> date | None:
    """The first day of what is written; None for anything else. `30d` is thirty days before `today`."""
    try:
        if value.casefold() in _NAMED:
            return today - timedelta(days=_NAMED[value.casefold()])
        if found := _AGO.fullmatch(value):
            return today - timedelta(days=int(found[1]) * _DAYS[found[2].lower()])
        if found := _DATE.fullmatch(value):
            return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except (ValueError, OverflowError):
        return None
    return None


def day_before(day: date) -> date | None:
    """The day before, or None before the first one there is."""
    return None if day == date.min else day - timedelta(days=1)
