"""Calendars as RFC 5545 writes them: all-day events for phones and desks to subscribe to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

# What a calendar can't carry; line ends are escaped by the writer.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class DayEvent:
    """Something on a day. `uid` never changes; `revision` grows with every change, made `changed_at`."""

    uid: str
    on: date
    title: str
    text: str
    url: str
    changed_at: datetime
    revision: int = 0


def calendar(name: str, events: Iterable[DayEvent]) -> str:
    """The file."""
    # Loaded when the first feed is read: it takes as long as half of the start-up, and most processes never need it.
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", "-//Hindsight//Action items//EN")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", icalendar.vText(_clean(name)))
    for event in events:
        book.add_component(_event(icalendar, event))
    text: bytes = book.to_ical()
    return text.decode("utf-8")


def _event(icalendar: Any, event: DayEvent) -> Any:
    row = icalendar.Event()
    row.add("uid", _clean(event.uid))
    row.add("dtstamp", event.changed_at.astimezone(UTC))
    row.add("sequence", event.revision)
    row.add("dtstart", event.on)
    row.add("dtend", event.on + timedelta(days=1))
    row.add("summary", _clean(event.title))
    if event.text:
        row.add("description", _clean(event.text))
    # A URI is not escaped; white space can't stand in one.
    row.add("url", _clean(event.url).replace("\n", "").replace(" ", "%20"))
    row.add("transp", "TRANSPARENT")
    return row


def _clean(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROL.sub("", plain.encode("utf-8", "replace").decode("utf-8"))
