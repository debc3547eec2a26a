"""News for open pages of an incident: what changed since they were drawn, and who else has one open."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from incidents.models import Incident, Presence, Pulse
from incidents.pages.cited import margin_of
from incidents.pages.material import Material
from incidents.pages.timeline import Line, Part, lines_of, name_authors
from incidents.services.presence import FRESH, HERE

# A page that missed more lines than this reads its timeline again.
LINES_AT_ONCE = 100
# A line is stamped before its transaction ends, and seen after; what a page knows already it drops by itself.
OVERLAP = timedelta(seconds=10)
PACE_S = 3


@dataclass(frozen=True, slots=True)
class State:
    """How far a page knows an incident: all changes, those that only wrote lines, and the second of the reading."""

    beat: int
    lines: int
    at: int

    def __str__(self) -> str:
        return f"{self.beat}.{self.lines}.{self.at}"

    def is_as(self, other: "State") -> bool:
        """Whether nothing changed between the two."""
        return (self.beat, self.lines) == (other.beat, other.lines)

    def has_more_than_lines(self, earlier: "State") -> bool:
        """Whether something else than lines of the timeline changed since an earlier one."""
        return self.beat - self.lines != earlier.beat - earlier.lines


def state_of(incident: Incident, now: datetime) -> State:
    """The state at `now`; reads nothing if the incident came with its pulse."""
    pulse: Pulse | None = getattr(incident, "pulse", None)
    return State(pulse.beat if pulse else 0, pulse.lines if pulse else 0, int(now.timestamp()))


def state_named(text: str) -> State | None:
    """The state that a page says it knows; None for what is none."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 12 for part in parts):
        return None
    return State(*(int(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Company:
    """Who has the page open."""

    people: list[User]
    # Whether the one who asks has to be noted again.
    is_stale: bool

    @property
    def key(self) -> str:
        """Changes when somebody comes or goes."""
        return f"{zlib.crc32(','.join(str(person.pk) for person in self.people).encode()):x}"


def company_of(incident: Incident, user: User, now: datetime) -> Company:
    """The others who have its page open, by name; one query."""
    rows = list(
        Presence.objects.filter(incident=incident, seen_at__gte=now - HERE)
        .select_related("user")
        .only("seen_at", "user__username", "user__display_name", "user__first_name", "user__last_name")
    )
    own = next((row for row in rows if row.user_id == user.pk), None)
    others = sorted((row.user for row in rows if row is not own), key=lambda person: person.shown_name.lower())
    return Company(others, own is None or own.seen_at < now - FRESH)


@dataclass(frozen=True, slots=True)
class News:
    """What a page does not know yet. `is_too_much`: it should read its timeline again."""

    state: State
    lines: list[Line]
    total: int
    is_too_much: bool
    has_more_than_lines: bool


def read_news(incident: Incident, known: State, state: State, part: Part) -> News:
    """The lines that came or changed since a page was drawn, in the part that it shows."""
    since = datetime.fromtimestamp(known.at, UTC) - OVERLAP
    rows = list(part.of(incident).filter(changed_at__gte=since).order_by("at", "pk")[: LINES_AT_ONCE + 1])
    is_too_much = len(rows) > LINES_AT_ONCE
    shown = [] if is_too_much else rows
    name_authors(shown)
    margin = margin_of(incident) if shown else None
    material = Material(incident, entries=[entry.pk for entry in shown], steps=[], margin=margin)
    return News(
        state=state,
        lines=lines_of(shown, material, marks_gaps=False),
        total=incident.entries.count(),
        is_too_much=is_too_much,
        has_more_than_lines=state.has_more_than_lines(known),
    )
