"""Days and times of rows: what is known of them, and how exactly."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from hindsight.lib.time import BadMoment, parse_iso_aware
from incidents.models import Precision
from incidents.services.checks import EARLIEST, FUTURE_ALLOWANCE
from integrations.importing.problems import BadRow
from integrations.importing.records import Note


@dataclass(frozen=True, slots=True)
class Span:
    """When it began and ended, as far as is known."""

    started_at: datetime | None
    precision: Precision
    resolved_at: datetime | None


def span_of(day_text: str, start_text: str, end_text: str, *, now: datetime, notes: list[Note]) -> Span:
    """Start and end from a day and, where given, exact times.

    A time of midnight says no more than the day. An exact start counts when it lies on the day or there is no day; an
    end when it does not lie before the start. Raises BadRow when `day_text` is no day.
    """
    day = _day(day_text)
    start = _usable(_moment("start_time", start_text, notes), "start_time", now=now, notes=notes)
    end = _usable(_moment("end_time", end_text, notes), "end_time", now=now, notes=notes)
    if start and day and start_text.strip()[:10] != day.isoformat():
        notes.append(Note("start_time lies on another day than date: the date is taken", start_text))
        start = None
    if start is None:
        start = _usable(datetime.combine(day, time(), tzinfo=UTC), "date", now=now, notes=notes) if day else None
        is_exact = False
    else:
        is_exact = start.time() != time()
        start = start if is_exact else datetime.combine(start.date(), time(), tzinfo=UTC)
    if start is None:
        notes.append(Note("no date: the start is not known"))
    if end and (start is None or end < start or (is_exact and end.time() == time())):
        notes.append(Note("end_time is known to the day only, before the start, or without one: left out", end_text))
        end = None
    return Span(start, Precision.MINUTE if is_exact or start is None else Precision.DAY, end)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRow(f"date is “{text[:40]}”; it must be a day such as 2026-03-01.") from error


def _moment(key: str, text: str, notes: list[Note]) -> datetime | None:
    """An exact time; one that can't be used is left out, since the day says enough."""
    if not text.strip():
        return None
    try:
        return parse_iso_aware(text)
    except BadMoment as error:
        notes.append(Note(f"{key} can't be used: left out", f"{text[:40]} ({error.message})"))
        return None


def _usable(moment: datetime | None, key: str, *, now: datetime, notes: list[Note]) -> datetime | None:
    """A moment that a record may have: from 1970 to now."""
    if moment and not EARLIEST <= moment <= now + FUTURE_ALLOWANCE:
        notes.append(Note(f"{key} before 1970 or in the future: not taken", moment.isoformat()))
        return None
    return moment
