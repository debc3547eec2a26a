"""Calendars as RFC 5545 writes them: all-day events, escaped, folded at 75 octets, lines ended by CRLF."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

OCTETS = 75
# What a calendar can't carry; line breaks are escaped before.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


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
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Hindsight//Action items//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}"]
    for event in events:
        lines += _event(event)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in folded(line))


def escaped(text: str) -> str:
    """A value of type TEXT."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    plain = _CONTROL.sub("", plain.encode("utf-8", "replace").decode("utf-8"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, no character cut; every part but the first begins with a space."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part


def _event(event: DayEvent) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{event.revision}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(event.title)}",
        *([f"DESCRIPTION:{escaped(event.text)}"] if event.text else []),
        # A URI is not escaped; whitespace can't stand in one.
        f"URL:{_CONTROL.sub('', event.url).replace(' ', '%20')}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
