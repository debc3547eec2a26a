"""How well search finds what it should: success and reciprocal rank over queries with known answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

CUTS = (1, 3, 10)


@dataclass(frozen=True, slots=True)
class Question:
    """One query with the outside names of the records that answer it."""

    qid: str
    kind: str
    query: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The place of the first right answer, 0 if it is not among the first ten, and how long the query took."""

    question: Question
    place: int
    ms: float
    found: tuple[str, ...]


def ask(questions: Sequence[Question], find: Callable[[str], Sequence[str]]) -> list[Outcome]:
    """Put every question to `find`, which answers outside names, the best first."""
    outcomes = []
    for question in questions:
        begin = perf_counter()
        found = tuple(find(question.query))[:10]
        ms = (perf_counter() - begin) * 1000
        place = next((at for at, name in enumerate(found, 1) if name in question.relevant), 0)
        outcomes.append(Outcome(question, place, ms, found))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """success@1, @3, @10 and MRR@10 of some outcomes, as shares from 0 to 1."""
    count = len(outcomes) or 1
    table = {f"success@{cut}": sum(0 < o.place <= cut for o in outcomes) / count for cut in CUTS}
    table["mrr@10"] = sum(1 / o.place for o in outcomes if o.place) / count
    return {name: round(value, 4) for name, value in table.items()}


def report(outcomes: Sequence[Outcome], engine: str) -> dict[str, object]:
    """Everything that `eval_search --json` prints."""
    kinds = sorted({outcome.question.kind for outcome in outcomes})
    times = sorted(outcome.ms for outcome in outcomes) or [0.0]
    return {
        "overall": figures(outcomes),
        "kinds": {kind: figures([o for o in outcomes if o.question.kind == kind]) for kind in kinds},
        "ms": {"p50": round(median(times), 2), "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 2)},
        "engine": engine,
    }
