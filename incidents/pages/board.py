"""The board: what is on fire, what was put out lately, and what was left unfinished."""

from dataclasses import dataclass

from accounts.models import User
from incidents.models import ACTIVE_STATUSES, STATUS_MEANING, Incident, Status, originals

ACTIVE_SHOWN = 100
LATELY_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Group:
    """The open incidents of one status, the worst first."""

    status: Status
    meaning: str
    incidents: list[Incident]


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows."""

    groups: list[Group]
    active: int
    lately: list[Incident]
    unclosed: int
    is_empty: bool


def read_board(user: User) -> Board:
    """The board of what `user` may see, in a constant number of queries."""
    visible = originals(Incident.objects.visible_to(user), user)
    active = list(visible.active().for_list().order_by("severity", "-listed_at", "-pk")[:ACTIVE_SHOWN])
    done = visible.filter(status__in=(Status.RESOLVED, Status.CLOSED))
    # By start, which an index serves; the end of imported incidents is often not known.
    lately = list(done.for_list().newest_first()[:LATELY_SHOWN])
    groups = [
        Group(status, STATUS_MEANING[status], [row for row in active if row.status == status])
        for status in ACTIVE_STATUSES
    ]
    return Board(
        # The group with the worst incident stands first: nothing may hide a sev1.
        groups=sorted((group for group in groups if group.incidents), key=lambda group: group.incidents[0].severity),
        active=visible.active().count(),
        lately=lately,
        unclosed=visible.filter(status=Status.RESOLVED).count(),
        is_empty=not active and not lately,
    )
