"""How far an open page of an incident knows it, and who else has one open."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts.models import User
from accounts.models.people import shown_name_of
from hindsight.lib.kept import Kept
from incidents.models import Incident, Presence, Pulse
from incidents.services.presence import FRESH, HERE

# A line is stamped before its transaction ends, and seen after: so much from before its last reading is read again for
# a page, and what its state names of that is not sent.
OVERLAP = timedelta(seconds=10)
PACE_S = 3
# Of the lines that a state names; it goes into an address. What is not named comes again, and the page drops it.
NAMED = 40
_STATE = re.compile(rf"(\d{{1,11}})\.(\d{{1,11}})\.(\d{{1,11}})((?:\.\d{{1,18}}-[0-9a-f]{{8}}){{0,{NAMED}}})", re.ASCII)
_HERE = Kept(
    lambda incident, since: Presence.objects.filter(incident=incident, seen_at__gte=since).values_list(
        "user_id", "seen_at", "user__display_name", "user__first_name", "user__last_name", "user__username"
    )
)


@dataclass(frozen=True, slots=True)
class State:
    """How far a page knows an incident: all changes, those that only wrote lines, and the second of the reading.

    `has` are the stamps of the latest lines that it has, as they are drawn for it.
    """

    beat: int
    lines: int
    at: int
    has: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return ".".join([str(self.beat), str(self.lines), str(self.at), *sorted(self.has)])

    def with_lines(self, latest_last: Sequence[str]) -> "State":
        """The state of a page that has these lines; the latest are named."""
        return replace(self, has=frozenset(latest_last[-NAMED:]))

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
    found = _STATE.fullmatch(text)
    if found is None:
        return None
    beat, lines, at = (int(part) for part in found.group(1, 2, 3))
    return State(beat, lines, at, frozenset(found[4].split(".")[1:]))


@dataclass(frozen=True, slots=True)
class Company:
    """Who else has the page open: their names in order, and a key that changes when somebody comes or goes."""

    names: list[str]
    key: str
    # Whether the one who asks has to be noted again.
    is_stale: bool


def company_of(incident: Incident, user: User, now: datetime) -> Company:
    """The others who have its page open; one query."""
    rows = _HERE.rows(incident.pk, now - HERE)
    others = sorted((shown_name_of(*name).lower(), pk, name) for pk, _, *name in rows if pk != user.pk)
    seen_at = next((at for pk, at, *_ in rows if pk == user.pk), None)
    return Company(
        names=[shown_name_of(*name) for _, _, name in others],
        key=f"{zlib.crc32(','.join(str(pk) for _, pk, _ in others).encode()):x}",
        is_stale=seen_at is None or seen_at < now - FRESH,
    )
