"""Moments and durations: reading what people write, writing what people read."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
EXAMPLES = "Write for example 14:05, 10m ago, yesterday 14:05 or 2026-03-01 14:05."

# A clock time this far ahead of now is still today's; later ones were meant for yesterday.
_CLOCK_AHEAD = timedelta(minutes=5)

_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGO_PART = r"\d{1,6}(?:\.\d{1,3})?\s*(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)"
_AGO = re.compile(rf"-\s*((?:{_AGO_PART}\s*)+)|((?:{_AGO_PART}\s*)+)ago", re.IGNORECASE)
_AGO_PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])[a-z]*", re.IGNORECASE)
_ZONE = r"(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_CLOCK = re.compile(
    rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?\s*(?P<half>am|pm)?\s*{_ZONE}",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:(?:T|\s+)(?P<clock>.+))?", re.IGNORECASE)
_DAY_WORD = re.compile(
    r"(?P<before>today|yesterday|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?),?\s+(?:at\s+)?(?P<clock>\d.*)"
    r"|(?P<clock_first>\d.*?)\s+(?P<after>today|yesterday)",
    re.IGNORECASE,
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BadMoment(ValueError):
    """A text that names no moment, two moments, or one out of range; `message` says which, for people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def parse_moment(text: str, *, zone: tzinfo, now: datetime) -> datetime:
    """Return the moment that a person wrote, in UTC.

    Read are ISO dates and times (the value of a `datetime-local` input as well), clock times, "10m ago",
    "yesterday 14:05" and "mon 14:05". Without a zone the text means `zone`; a clock time alone means the last time
    the clock showed it. Raises BadMoment for anything else, for local times that a clock change skipped or
    repeated, and for years outside 1970 to 2200.
    """
    words = " ".join(text[:100].split())
    if not words or len(text) > 100:
        raise BadMoment(f"This is not a time. {EXAMPLES}")
    if words.lower() == "now":
        return _in_range(now.astimezone(UTC))
    return _ago(words, now) or _dated(words, zone) or _day_word(words, zone, now) or _clock_alone(words, zone, now)


def parse_iso_aware(text: str) -> datetime:
    """Return an ISO 8601 moment in UTC; raises BadMoment when it has no time zone or is none."""
    words = text.strip()
    match = _DATE.fullmatch(words) if len(words) <= 100 else None
    clock = _CLOCK.fullmatch(match["clock"]) if match and match["clock"] else None
    if not match or not clock or clock["half"]:
        raise BadMoment(f"“{words[:40]}” is not an ISO 8601 time, for example 2026-03-01T14:05:00Z.")
    if not clock["zone"]:
        raise BadMoment(f"“{words}” needs a time zone, for example 2026-03-01T14:05:00Z.")
    return _aware(_date(match), clock, UTC)


def local_text(moment: datetime, zone: tzinfo, *, separator: str = " ") -> str:
    """Write a moment as local date and time for a form field; an offset is added where the local time is ambiguous.

    Seconds are written only when there are any.
    """
    local = moment.astimezone(zone)
    text = local.replace(tzinfo=None).isoformat(separator, "seconds" if local.second else "minutes")
    if separator == " " and local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        return text + _offset_text(local)
    return text


def clock_text(moment: datetime, *, zone: tzinfo, now: datetime) -> str:
    """Write a moment as local time of day; with its day where that is not the one of `now`."""
    local = moment.astimezone(zone)
    return local.strftime("%H:%M" if local.date() == now.astimezone(zone).date() else "%a %-d %b, %H:%M")


def duration_text(duration: timedelta) -> str:
    """Write a duration in its two largest units: "2 h 14 min", "3 d", "42 s". Raises ValueError when negative."""
    seconds = _whole_seconds(duration)
    parts = [
        (seconds // 86400, "d"),
        (seconds % 86400 // 3600, "h"),
        (seconds % 3600 // 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((i for i, (count, _) in enumerate(parts) if count), 3)
    shown = [f"{count:,} {unit}" for count, unit in parts[first : first + 2] if count]
    return " ".join(shown) or "0 s"


def duration_iso(duration: timedelta) -> str:
    """Write a duration for the `datetime` attribute of <time>: "PT2H14M". Raises ValueError when negative."""
    seconds = _whole_seconds(duration)
    days, rest = divmod(seconds, 86400)
    clock = "".join(
        f"{count}{unit}" for count, unit in ((rest // 3600, "H"), (rest % 3600 // 60, "M"), (rest % 60, "S")) if count
    )
    if not days and not clock:
        return "PT0S"
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


def _whole_seconds(duration: timedelta) -> int:
    if duration < timedelta(0):
        raise ValueError("a duration is never negative")
    return int(duration.total_seconds())


def _ago(words: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(words)
    if not match:
        return None
    pieces = _AGO_PIECE.findall(match[1] or match[2])
    seconds = sum(float(count) * _UNIT[unit.lower()] for count, unit in pieces)
    try:
        return _in_range(now.astimezone(UTC) - timedelta(seconds=seconds))
    except OverflowError:
        raise BadMoment("That lies before 1970.") from None


def _dated(words: str, zone: tzinfo) -> datetime | None:
    match = _DATE.fullmatch(words)
    if not match:
        return None
    clock = _CLOCK.fullmatch(match["clock"] or "00:00")
    if not clock:
        raise BadMoment(f"“{match['clock']}” is not a time of day. {EXAMPLES}")
    return _aware(_date(match), clock, zone)


def _day_word(words: str, zone: tzinfo, now: datetime) -> datetime | None:
    match = _DAY_WORD.fullmatch(words)
    clock = _CLOCK.fullmatch(match["clock"] or match["clock_first"]) if match else None
    if not match or not clock:
        return None
    # "yesterday 14:05Z" means the day before in that zone, not in the reader's.
    today = now.astimezone(_zone_of(clock) or zone).date()
    return _aware(today - timedelta(days=_days_back((match["before"] or match["after"]).lower(), today)), clock, zone)


def _days_back(word: str, today: date) -> int:
    if word in ("today", "yesterday"):
        return int(word == "yesterday")
    return (today.weekday() - _WEEKDAYS.index(word[:3])) % 7


def _clock_alone(words: str, zone: tzinfo, now: datetime) -> datetime:
    clock = _CLOCK.fullmatch(words)
    if not clock:
        raise BadMoment(f"“{words[:40]}” is not a time. {EXAMPLES}")
    today = now.astimezone(_zone_of(clock) or zone).date()
    naive_today = datetime.combine(today, _time(clock), tzinfo=_zone_of(clock) or zone)
    late = naive_today.astimezone(UTC) > now + _CLOCK_AHEAD
    return _aware(today - timedelta(days=int(late)), clock, zone)


def _date(match: re.Match[str]) -> date:
    try:
        found = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise BadMoment(f"{match['year']}-{match['month']}-{match['day']} is not a day of the calendar.") from None
    if not EARLIEST.year - 1 <= found.year <= LATEST.year + 1:
        raise BadMoment("The year must lie between 1970 and 2200.")
    return found


def _time(clock: re.Match[str]) -> time:
    hour = int(clock["hour"])
    half = (clock["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise BadMoment(f"“{clock[0]}” is not a time of day.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    micro = int((clock["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        return time(hour, int(clock["minute"]), int(clock["second"] or 0), micro)
    except ValueError:
        raise BadMoment(f"“{clock[0]}” is not a time of day.") from None


def _zone_of(clock: re.Match[str]) -> tzinfo | None:
    text = (clock["zone"] or "").upper()
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:
        raise BadMoment(f"{text} is not the offset of a time zone.")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _aware(day: date, clock: re.Match[str], zone: tzinfo) -> datetime:
    naive = datetime.combine(day, _time(clock))
    named = _zone_of(clock)
    if named:
        return _in_range(naive.replace(tzinfo=named).astimezone(UTC))
    return _in_range(_only_moment(naive, zone))


def _only_moment(naive: datetime, zone: tzinfo) -> datetime:
    """Return the one moment at which clocks in the zone show `naive`; there may be none or two."""
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    moment = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return moment
    shown = f"{naive:%H:%M} on {naive:%Y-%m-%d}"
    if moment.astimezone(zone).replace(tzinfo=None) != naive:
        raise BadMoment(
            f"{shown} does not exist in {zone}: the clocks were put forward. Write the time after the change."
        )
    options = f"{_iso_local(first)} (the first) or {_iso_local(second)} (the second)"
    raise BadMoment(f"{shown} came twice in {zone}: the clocks were put back. Write {options}.")


def _iso_local(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}" + _offset_text(moment)


def _offset_text(moment: datetime) -> str:
    minutes = int((moment.utcoffset() or timedelta(0)).total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _in_range(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise BadMoment("The year must lie between 1970 and 2200.")
    return moment
