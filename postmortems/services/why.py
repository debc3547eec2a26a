"""The chains of "why?" of one postmortem as a tree of ids: who lies under whom, how deep, and where a move leads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from hindsight.lib.problems import InvalidError
from postmortems.models import ContributingFactor, Postmortem

MOVES = ("up", "down", "in", "out")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a factor goes: under which one, and the order of all that lie there then."""

    parent: int | None
    order: list[int]


class Chains:
    """Built from (id, parent's id, position) in reading order of siblings."""

    def __init__(self, rows: Iterable[tuple[int, int | None, int]]) -> None:
        self.parents: dict[int, int | None] = {}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        last = -1
        for pk, parent, position in rows:
            self.parents[pk] = parent
            self._children[parent].append(pk)
            last = max(last, position)
        self.next_position = last + 1

    @classmethod
    def of(cls, postmortem: Postmortem) -> "Chains":
        """The factors of a postmortem: one query."""
        rows = ContributingFactor.objects.filter(postmortem=postmortem)
        return cls(rows.order_by("position", "pk").values_list("pk", "parent_id", "position"))

    def __contains__(self, pk: int) -> bool:
        return pk in self.parents

    def __len__(self) -> int:
        return len(self.parents)

    def siblings(self, parent: int | None) -> list[int]:
        """Those right under one, in their order."""
        return list(self._children.get(parent, ()))

    def above(self, pk: int | None) -> Iterator[int]:
        """The factor and those that it explains, innermost first; a circle is walked once."""
        seen: set[int] = set()
        while pk is not None and pk not in seen:
            seen.add(pk)
            yield pk
            pk = self.parents.get(pk)

    def below(self, pk: int | None) -> Iterator[int]:
        """All answers under one, each after the one that it explains; all that hang on no circle for None."""
        waiting = self.siblings(pk)[::-1]
        while waiting:
            child = waiting.pop()
            yield child
            waiting.extend(reversed(self.siblings(child)))

    def height(self, pk: int) -> int:
        """How many levels it and its answers take."""
        own = sum(1 for _ in self.above(pk))
        return max((sum(1 for _ in self.above(one)) for one in self.below(pk)), default=own) - own + 1

    @property
    def deepest(self) -> int:
        """How many whys in a row there are at most."""
        return max((sum(1 for _ in self.above(pk)) for pk in self.parents), default=0)

    @property
    def has_circle(self) -> bool:
        """Whether some can't be reached from the top."""
        return sum(1 for _ in self.below(None)) < len(self.parents)

    def moved(self, pk: int, to: str) -> Moved | None:
        """Where "up", "down", "in" or "out" leads; None where there is nothing in that direction."""
        if to not in MOVES:
            raise InvalidError({"to": f"Move it {', '.join(MOVES)}."})
        parent = self.parents[pk]
        group = self.siblings(parent)
        at = group.index(pk)
        if to in {"up", "down"}:
            other = at + (1 if to == "down" else -1)
            return Moved(parent, _swapped(group, at, other)) if 0 <= other < len(group) else None
        if to == "in":
            return Moved(group[at - 1], [*self.siblings(group[at - 1]), pk]) if at > 0 else None
        if parent is None:
            return None
        outer = self.siblings(self.parents[parent])
        place = outer.index(parent) + 1
        return Moved(self.parents[parent], [*outer[:place], pk, *outer[place:]])


def _swapped(group: list[T], at: int, other: int) -> list[T]:
    changed = list(group)
    changed[at], changed[other] = changed[other], changed[at]
    return changed
