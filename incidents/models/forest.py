"""The steps of one incident as trees: in which order they are read, which lie folded, and what lies under what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from hindsight.lib.kept import Kept

from .diagnosis import DiagnosisStep
from .incident import Incident
from .lifecycle import Outcome

# What is open is read first, then what led to the cause; dead ends last.
OPEN, CONFIRMED, DEAD = 0, 1, 2
_RANKS: Final = {Outcome.OPEN.value: OPEN, Outcome.CONFIRMED.value: CONFIRMED}
IN_ORDER: Final = ("position", "at", "id")
_ROWS = Kept(
    lambda incident: (
        DiagnosisStep.objects.filter(incident=incident).order_by(*IN_ORDER).values_list("pk", "parent_id", "outcome")
    )
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one step stands in reading order. `fold` holds the outcomes of the dead ends that fold from here on."""

    pk: int
    number: str
    depth: int
    fold: Counter[str] | None = None


class Forest:
    """Built from (id, parent's id, outcome), siblings in the order that people gave them or else that of time."""

    def __init__(self, rows: Iterable[tuple[int, int | None, str]]) -> None:
        self.parents: dict[int, int | None] = {}
        self.outcomes: dict[int, str] = {}
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for pk, parent, outcome in rows:
            self.parents[pk], self.outcomes[pk] = parent, outcome
            self.children[parent].append(pk)

    @classmethod
    def of(cls, incident: Incident) -> "Forest":
        """The steps of an incident: one query."""
        return cls(_ROWS.rows(incident.pk))

    @cached_property
    def ranks(self) -> dict[int, int]:
        """How urgent each step and all under it are: OPEN, CONFIRMED or DEAD."""
        ranks = {pk: _RANKS.get(outcome, DEAD) for pk, outcome in self.outcomes.items()}
        for pk in reversed(list(self.below(None))):
            parent = self.parents[pk]
            if parent is not None:
                ranks[parent] = min(ranks[parent], ranks[pk])
        return ranks

    @cached_property
    def path(self) -> set[int]:
        """The steps that led to the cause: those confirmed, and all that they lie under."""
        found: set[int] = set()
        for pk, outcome in self.outcomes.items():
            if outcome == Outcome.CONFIRMED:
                found.update(self.above(pk))
        return found

    def siblings(self, parent: int | None, *, open_first: bool = True) -> list[int]:
        """The steps right under one, as they are read."""
        found = self.children.get(parent, [])
        return sorted(found, key=self.ranks.__getitem__) if open_first else list(found)

    def above(self, pk: int | None) -> Iterator[int]:
        """The step and those that it lies under, innermost first."""
        while pk is not None:
            yield pk
            pk = self.parents.get(pk)

    def below(self, pk: int | None) -> Iterator[int]:
        """All that lie under a step, each after the one that it lies under; everything for None."""
        waiting = list(self.children.get(pk, ()))
        while waiting:
            child = waiting.pop()
            yield child
            waiting.extend(self.children.get(child, ()))

    def height(self, pk: int) -> int:
        """How many levels a step and what lies under it take."""
        own = sum(1 for _ in self.above(pk))
        return max((sum(1 for _ in self.above(leaf)) for leaf in self.below(pk)), default=own) - own + 1

    def reading_order(self, *, open_first: bool = True) -> list[Spot]:
        """Every step, each before those under it. A number such as 3.1 stays the same when outcomes change."""
        numbers = self._numbers()
        order: list[Spot] = []
        # (step, depth, whether it lies in a fold already)
        waiting = [(pk, 0, False) for pk in reversed(self.siblings(None, open_first=open_first))]
        begun: set[int | None] = set()
        while waiting:
            pk, depth, is_folded = waiting.pop()
            parent = self.parents[pk]
            begins = open_first and not is_folded and self.ranks[pk] == DEAD and parent not in begun
            if begins:
                begun.add(parent)
            order.append(Spot(pk, numbers[pk], depth, self._dead_under(parent) if begins else None))
            folded = is_folded or (open_first and self.ranks[pk] == DEAD)
            below = self.siblings(pk, open_first=open_first)
            waiting.extend((child, depth + 1, folded) for child in reversed(below))
        return order

    def _numbers(self) -> dict[int, str]:
        numbers: dict[int, str] = {}
        waiting: list[tuple[Sequence[int], str]] = [(self.children.get(None, []), "")]
        while waiting:
            group, prefix = waiting.pop()
            for place, pk in enumerate(group, 1):
                numbers[pk] = f"{prefix}{place}"
                waiting.append((self.children.get(pk, []), f"{numbers[pk]}."))
        return numbers

    def _dead_under(self, parent: int | None) -> Counter[str]:
        """The outcomes of the dead ends right under a step, and of all under those."""
        dead = [pk for pk in self.children.get(parent, ()) if self.ranks[pk] == DEAD]
        return Counter(self.outcomes[pk] for one in dead for pk in (one, *self.below(one)))
