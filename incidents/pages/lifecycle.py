"""The statuses of an incident as its page shows them: passed, here, or to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.models import STATUS_MEANING, Incident, Precision, Status, transition

MINUTE = timedelta(minutes=1)
REACHED_AT = {
    Status.INVESTIGATING: "started_at",
    Status.MITIGATED: "mitigated_at",
    Status.RESOLVED: "resolved_at",
    Status.CLOSED: "closed_at",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One status: whether it is here or passed, what going there is called, and whether that needs a reason."""

    status: Status
    meaning: str
    is_here: bool
    is_passed: bool
    act: str
    needs_reason: bool
    at: datetime | None
    # How its time is written: the day alone where no more is known.
    style: str


def stages(incident: Incident) -> list[Stage]:
    """All statuses in their order."""
    here = Status(incident.status)
    order = list(Status)
    found = []
    for status in order:
        step = transition(here, status)
        at = getattr(incident, REACHED_AT[status]) if status in REACHED_AT else None
        found.append(
            Stage(
                status=status,
                meaning=STATUS_MEANING[status],
                is_here=status == here,
                is_passed=order.index(status) < order.index(here),
                act=step.name if step else "",
                needs_reason=bool(step and step.needs_reason),
                at=at,
                style=_style(incident, status),
            )
        )
    return found


def _style(incident: Incident, status: Status) -> str:
    is_vague = status == Status.INVESTIGATING and incident.started_precision == Precision.DAY
    return "date" if is_vague else "short"


def durations(incident: Incident, now: datetime) -> list[tuple[str, timedelta]]:
    """The durations that are known, each with its name."""
    named = [
        ("Open for", incident.open_for(now)),
        ("To detect", incident.time_to_detect),
        ("To acknowledge", incident.time_to_acknowledge),
        ("To mitigate", incident.time_to_mitigate),
        ("To resolve", incident.time_to_resolve),
    ]
    return [(name, _rounded(value)) for name, value in named if value is not None and value >= timedelta(0)]


def _rounded(value: timedelta) -> timedelta:
    """Seconds say nothing once there are minutes."""
    return value if value < MINUTE else value - value % MINUTE
