"""What a query is made of: clauses that a record fulfils or not, and the tree that typed text is read into."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Filter:
    """A record must have this fact (or must not)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A record must hold these words next to each other (or must not)."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A record must hold all of these words, in any order (or must not)."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """A record must not fulfil this."""

    clause: Filter | Phrase | Words


Plain: TypeAlias = Filter | Phrase | Words
Clause: TypeAlias = Plain | Not


@dataclass(frozen=True, slots=True)
class Leaf:
    """One typed thing that came to a clause."""

    clause: Plain


@dataclass(frozen=True, slots=True)
class Text:
    """A typed word that only ranks: a record need not have it."""

    text: str


@dataclass(frozen=True, slots=True)
class Both:
    """Everything below holds."""

    nodes: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Something below holds. `is_meant` tells a deliberate OR from the word "or" in a sentence."""

    nodes: tuple["Node", ...] = ()
    is_meant: bool = True


@dataclass(frozen=True, slots=True)
class Negated:
    """What is below does not hold."""

    node: "Node"


Node: TypeAlias = Leaf | Text | Both | Either | Negated


class TooManyError(Exception):
    """The tree has more combinations than a search may have."""


def groups_of(node: Node, limit: int) -> list[tuple[Clause, ...]]:
    """The tree as groups, of each of which one clause has to hold; TooManyError beyond `limit` groups or clauses."""
    return _groups(node, limit, negated=False)


def _groups(node: Node, limit: int, *, negated: bool) -> list[tuple[Clause, ...]]:
    if isinstance(node, Leaf):
        return [(Not(node.clause) if negated else node.clause,)]
    if isinstance(node, Text):
        return [(Not(Words(node.text)) if negated else Words(node.text),)]
    if isinstance(node, Negated):
        return _groups(node.node, limit, negated=not negated)
    below = [_groups(child, limit, negated=negated) for child in node.nodes]
    # "Neither a nor b" is "not a and not b".
    if isinstance(node, Both) != negated:
        found = [group for groups in below for group in groups]
    else:
        found = [()] if below else []
        for groups in below:
            found = [(*left, *right) for left in found for right in groups]
            _check(found, limit)
    _check(found, limit)
    return [tuple(dict.fromkeys(group)) for group in found]


def _check(groups: list[tuple[Clause, ...]], limit: int) -> None:
    if len(groups) > limit or sum(map(len, groups)) > 8 * limit:
        raise TooManyError
