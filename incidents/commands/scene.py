"""What the commands of one text act on: the incident, who writes, when, and the hypothesis that is open by then."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import DiagnosisStep, Forest, Incident, Outcome, TimelineEntry

_NAMED = re.compile(r"#(?:step-)?(?P<number>\d{1,9}(?:\.\d{1,4}){0,8})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Made:
    """What a command wrote, to carry the code and the files that came with it."""

    entry: TimelineEntry | None = None
    step: DiagnosisStep | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What a command is going to do: in words, and to be run."""

    says: str
    run: Callable[[], Made]


@dataclass(slots=True)
class Target:
    """The hypothesis that a command is about. `step` is None for one that the text itself opens, until that is run."""

    says: str
    step: DiagnosisStep | None = None


@dataclass(slots=True)
class Scene:
    """`at` is when it happened, if the text says so; `status` is where the commands before have moved the incident."""

    incident: Incident
    by: User
    now: datetime
    at: datetime | None = None
    source: str = "web"
    opened: list[Target] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    status: str = ""

    def __post_init__(self) -> None:
        self.status = self.status or self.incident.status

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return self.at or self.now

    def newest_open(self) -> Target | None:
        """The hypothesis that a command without a number is about."""
        if self.opened:
            return self.opened[-1]
        steps = self.incident.steps.filter(outcome=Outcome.OPEN).exclude(pk__in=self.settled)
        step = steps.order_by("-noted_at", "-pk").first()
        return Target(named(step), step) if step else None

    def settle(self, target: Target) -> None:
        """What is decided is no longer the open one."""
        self.opened = [other for other in self.opened if other is not target]
        if target.step:
            self.settled.add(target.step.pk)

    def split_named(self, words: str) -> tuple[Target | None, str]:
        """The step that `#3.1 …` names, and the words behind it. Raises InvalidError for a number of no step."""
        match = _NAMED.match(words)
        if not match:
            return None, words
        step = self._numbered(match["number"])
        return Target(named(step), step), words[match.end() :].strip()

    def _numbered(self, number: str) -> DiagnosisStep:
        """By the number that the board shows; else by that of its address, `#step-17`."""
        shown = {spot.number: spot.pk for spot in Forest.of(self.incident).reading_order()}
        pk = shown.get(number) or (int(number) if number.isdecimal() else 0)
        step = self.incident.steps.filter(pk=pk).first()
        if step is None:
            raise InvalidError({"": f"There is no step #{number} in {self.incident.label}."})
        return step


def named(step: DiagnosisStep) -> str:
    """A step in a few words."""
    words = step.hypothesis
    return f"“{words[:60]}…”" if len(words) > 61 else f"“{words}”"
