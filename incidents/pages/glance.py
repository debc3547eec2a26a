"""What somebody who joins late wants to know first: known, ruled out, who, what changed, what next."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents.models import LEAD, DiagnosisStep, Incident, Outcome, RoleHolding, Status
from incidents.pages.changes import GLANCE_SHOWN, Changes, read_changes
from incidents.pages.links import ShownLink, read_links
from incidents.pages.present import ANYTHING, Present

_ROLES = Kept(
    lambda incident: (
        RoleHolding.objects.filter(incident=incident, until=None)
        .exclude(role=LEAD)
        .select_related("person")
        .order_by("since", "pk")
    )
)
# Hypotheses a cell shows; the rest is counted.
STEPS_SHOWN = 2
DEAD_ENDS = (Outcome.RULED_OUT, Outcome.RED_HERRING)
# What is usually next, once no hypothesis is open.
NEXT = {
    Status.INVESTIGATING.value: "Write down what could be the cause, and test it.",
    Status.IDENTIFIED.value: "Stop the harm, then mark it mitigated.",
    Status.MITIGATED.value: "Remove the cause, then mark it resolved.",
    Status.RESOLVED.value: "Write the postmortem while it is fresh.",
    Status.CLOSED.value: "Nothing is left to do.",
}


@dataclass(frozen=True, slots=True)
class Steps:
    """Some steps of one sort, and how many more there are."""

    shown: Sequence[DiagnosisStep]
    more: int

    @classmethod
    def of(cls, steps: Sequence[DiagnosisStep], outcomes: Sequence[str], *, total: int | None = None) -> "Steps":
        """Those with one of these outcomes; `total` where not all of them are at hand."""
        found = [step for step in steps if step.outcome in outcomes]
        shown = found[:STEPS_SHOWN]
        return cls(shown, max(total or 0, len(found)) - len(shown))

    def __bool__(self) -> bool:
        return bool(self.shown)


@dataclass(frozen=True, slots=True)
class Glance:
    """The five answers."""

    confirmed: Steps
    dead: Steps
    open: Steps
    roles: list[RoleHolding]
    changes: Changes
    links: list[ShownLink]
    next_words: str


def read_glance(incident: Incident, user: User, steps: Sequence[DiagnosisStep], present: Present = ANYTHING) -> Glance:
    """The answers from the steps that the page shows anyway, in four small queries: changes, verdicts, roles, links.

    `present` spares those of which there are none.
    """
    return Glance(
        confirmed=Steps.of(steps, [Outcome.CONFIRMED]),
        dead=Steps.of(steps, DEAD_ENDS),
        open=Steps.of(steps, [Outcome.OPEN]),
        roles=roles_now(incident) if present.roles else [],
        changes=read_changes(incident, limit=GLANCE_SHOWN, with_noted=False, is_judged=present.verdicts),
        links=read_links(incident, user) if present.links else [],
        next_words=NEXT[incident.status],
    )


def roles_now(incident: Incident) -> list[RoleHolding]:
    """Who has which role now, the lead aside; in the order in which they took them."""
    return _ROLES.rows(incident.pk)
