"""What every engine does, in the words that the rest of search uses."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from search.preparing import Prepared

Key = tuple[str, int]
Progress = Callable[[int, int], None]

FACETS = ("service", "severity", "status", "year", "cause", "lang", "verified", "tag", "kind")


class EngineError(Exception):
    """The index can't answer: missing, damaged, locked away or of another version. Its text is shown to people."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word to look for, in any of its `forms` in the index; a form more is not a match more.

    `weight` is 1 for a word as it was typed, less for what was put beside it. A term with `instead_of` counts only in a
    record that does not hold all of those terms, and of several for the same ones only the best counts.
    """

    text: str
    forms: tuple[str, ...]
    weight: float = 1.0
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A record has this exact value: Fact("severity", "sev1")."""

    name: str
    value: str

    @property
    def token(self) -> str:
        """The fact as an index holds it."""
        return f"{self.name}:{self.value.casefold()}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """A record has all of these words; a phrase is looked for this way before its text is read."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A record does not fulfil this."""

    clause: Fact | AllOf


Clause = Fact | AllOf | Not


@dataclass(frozen=True, slots=True)
class Plan:
    """What an engine is asked. A record must have one clause of each `required` group and none of `excluded`.

    With terms, it must have at least one of them, and the more and the rarer they are, the higher it stands.
    `pinned` facts put the records that have them before all others. Days count from 0001-01-01, both inclusive.
    """

    terms: tuple[Term, ...] = ()
    required: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause, ...] = ()
    pinned: tuple[Fact, ...] = ()
    first_day: int | None = None
    last_day: int | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One answer of an engine, with those of the plan's terms that it holds."""

    key: Key
    score: float
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistics:
    """What scoring a document outside the index needs: visible documents, mean lengths, visible frequencies."""

    count: int = 0
    mean_lengths: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    frequencies: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best answers, how many there are in all, and how they spread over the facets."""

    rows: list[Scored]
    total: int
    is_exact: bool
    facets: dict[str, dict[str, int]]
    statistics: Statistics


class View(Protocol):
    """The index as one person sees it at one moment. Nothing that person may not see changes any answer."""

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """Those of `terms` that a visible record holds, with in how many, the rarest first."""
        ...

    def near(self, word: str) -> list[tuple[str, int]]:
        """Words that visible records hold and that `word` may be a slip for, the likeliest first."""
        ...

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """Longer words that visible records hold, with in how many, the most frequent first; from 3 letters on."""
        ...

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """The best `limit` records."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """How the index is. `problem` is empty when it can answer."""

    engine: str
    documents: int = 0
    problem: str = ""
    detail: dict[str, int | str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Tell whether the index can answer."""
        return not self.problem


class Engine(Protocol):
    """An index of documents. Every method may raise EngineError."""

    name: str

    def view(self, rights: frozenset[str] | None, hidden: Collection[Key] = ()) -> View:
        """The index for somebody with these rights (None: sees all), without the documents of `hidden`."""
        ...

    def apply(self, prepared: Prepared, removed: Sequence[Key]) -> None:
        """Take in these documents in place of what stood there, and forget `removed`; durable on return."""
        ...

    def rebuild(self, batches: Iterable[Prepared], total: int, progress: Progress | None = None) -> int:
        """Build a new index beside the one in use and swap them; returns how many documents it holds."""
        ...

    def versions(self) -> Iterator[tuple[Key, str]]:
        """Every document's key and the version that was indexed."""
        ...

    def health(self) -> Health:
        """Open the index and look; never raises."""
        ...

    def ask_for_rebuild(self, reason: str) -> None:
        """Leave a note that the index must be rebuilt; the indexing process reads it."""
        ...

    def wants_rebuild(self) -> str:
        """Why the index must be rebuilt, or ""."""
        ...

    def progress(self) -> str:
        """How far a rebuild that is running has come ("2,400 of 10,000"), or ""."""
        ...
