"""What PostgreSQL's engine knows of all documents together: read once until something changes."""

from dataclasses import dataclass
from typing import Any

from search.engines.postgres_sql import Where, ask
from search.engines.protocol import Statistics

# Of so many different rights the figures are kept.
_MAX_KNOWN = 200
_sums: dict[tuple[Any, ...], tuple[float, ...]] = {}
_common: dict[int, dict[str, float]] = {}
_SUMS = "count(*), " + ", ".join(f"coalesce(sum(length_{group}), 0)" for group in "abcd")


@dataclass(frozen=True, slots=True)
class Known:
    """The generation of the index that is in use, a number that moves with every change of it, and its size."""

    generation: int
    change: int
    documents: int


def statistics(where: Where, known: Known, rights: frozenset[str] | None, left_out: list[int]) -> Statistics:
    """How many visible documents there are, and their mean lengths; those of `left_out` are taken away again."""
    key = (known.generation, known.change, rights)
    sums = _sums.get(key)
    if sums is None:
        sums = _summed(where)
        if len(_sums) >= _MAX_KNOWN:
            _sums.clear()
        _sums[key] = sums
    if left_out:
        gone = _summed(where.plus("d.id = ANY(%s)", left_out))
        sums = tuple(whole - part for whole, part in zip(sums, gone, strict=True))
    count = int(sums[0])
    return Statistics(count, tuple(max(total / count if count else 0.0, 1.0) for total in sums[1:]))


def common_words(known: Known) -> dict[str, float]:
    """In what share of all documents the words stand that most of them have, as the planner knows it."""
    found = _common.get(known.generation)
    if found is None:
        rows = ask(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats WHERE schemaname = ANY("
            "current_schemas(FALSE)) AND tablename = 'search_searchdocument' AND attname = 'words'"
        )
        words, shares = next(((row[0] or [], row[1] or []) for row in rows), ([], []))
        found = dict(zip(words, shares, strict=False))
        _common.clear()
        _common[known.generation] = found
    return found


def _summed(where: Where) -> tuple[float, ...]:
    row = ask(f"SELECT {_SUMS} FROM search_searchdocument d WHERE {where.sql}", where.values)[0]  # noqa: S608 - fixed
    return tuple(map(float, row))
