"""Statuses of an incident and outcomes of a diagnosis step, with the named transitions between them, as data."""

from dataclasses import dataclass

from django.db import models


class Status(models.TextChoices):
    """How far the work on an incident is, in this order."""

    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MITIGATED = "mitigated", "Mitigated"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"


STATUS_MEANING = {
    Status.INVESTIGATING: "Something is wrong; the cause is not known yet.",
    Status.IDENTIFIED: "The cause is known; users are still affected.",
    Status.MITIGATED: "Users are no longer affected; the cause is still there.",
    Status.RESOLVED: "The cause is gone.",
    Status.CLOSED: "Nothing is left to do.",
}
ACTIVE_STATUSES = (Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED)
ORDER = tuple(Status)


@dataclass(frozen=True)
class Transition:
    """One allowed step: `name` is what the act is called, `needs_reason` whether it must be explained."""

    name: str
    needs_reason: bool


# Going forward may pass over stages. Going back reopens and asks why; so does closing what was never resolved.
FORWARD_NAMES = {
    Status.IDENTIFIED: "identify",
    Status.MITIGATED: "mitigate",
    Status.RESOLVED: "resolve",
    Status.CLOSED: "close",
}


def transition(start: Status, end: Status) -> Transition | None:
    """The transition from `start` to `end`; None when they are the same."""
    if start == end:
        return None
    if ORDER.index(end) < ORDER.index(start):
        return Transition("reopen" if start in {Status.RESOLVED, Status.CLOSED} else "step back", needs_reason=True)
    return Transition(FORWARD_NAMES[end], needs_reason=end == Status.CLOSED and start != Status.RESOLVED)


class Outcome(models.TextChoices):
    """What became of a hypothesis."""

    OPEN = "open", "Open"
    CONFIRMED = "confirmed", "Confirmed"
    RULED_OUT = "ruled_out", "Ruled out"
    RED_HERRING = "red_herring", "Red herring"
    INCONCLUSIVE = "inconclusive", "Inconclusive"


OUTCOME_NAMES = {
    Outcome.OPEN: "reopen",
    Outcome.CONFIRMED: "confirm",
    Outcome.RULED_OUT: "rule out",
    Outcome.RED_HERRING: "mark as red herring",
    Outcome.INCONCLUSIVE: "leave inconclusive",
}


def outcome_transition(start: Outcome, end: Outcome) -> Transition | None:
    """The transition between two outcomes: any may follow any, since findings are revised; None when the same."""
    return None if start == end else Transition(OUTCOME_NAMES[end], needs_reason=False)
