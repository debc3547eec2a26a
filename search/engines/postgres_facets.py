"""How many of some documents have each value of a facet, over facets that are read once a process and packed."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.engines.postgres_sql import ask

# Of so many documents facets are remembered: a row of the table never changes, a changed document is another row.
MAX_REMEMBERED = 100_000

Numbers = NDArray[np.int64]


class Facets:
    """The facets of documents of one generation; never changed, so that threads may share it."""

    def __init__(self, ids: Numbers, ends: Numbers, values: Numbers, names: dict[str, int]) -> None:
        # In the order of `ids`, the values of one document stand after those of another: up to its end.
        self._ids, self._ends, self._values, self._names = ids, ends, values, names

    @classmethod
    def none(cls) -> "Facets":
        """Those of no document."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty, empty, empty, {})

    def __len__(self) -> int:
        return len(self._ids)

    def without(self, ids: Numbers) -> Numbers:
        """Those of these documents that are not known."""
        return np.setdiff1d(ids, self._ids)

    def and_of(self, rows: Iterable[tuple[int, Sequence[str]]]) -> "Facets":
        """These and those of more documents, by their ids."""
        names, read = dict(self._names), sorted(rows)
        new = [names.setdefault(value, len(names)) for _, values in read for value in values]
        ids = np.concatenate([self._ids, np.array([pk for pk, _ in read], dtype=np.int64)])
        lengths = np.concatenate([np.diff(self._ends, prepend=0), np.array([len(values) for _, values in read])])
        starts, order = np.cumsum(lengths) - lengths, np.argsort(ids, kind="stable")
        whole = np.concatenate([self._values, np.array(new, dtype=np.int64)])
        lengths = lengths[order].astype(np.int64)
        return Facets(ids[order], np.cumsum(lengths), whole[_ranges(starts[order], lengths)], names)

    def counts(self, ids: Numbers) -> dict[str, int]:
        """How many of these documents have each value."""
        places = np.searchsorted(self._ids, ids)
        lengths = np.diff(self._ends, prepend=0)
        starts = (self._ends - lengths)[places]
        times = np.bincount(self._values[_ranges(starts, lengths[places])], minlength=len(self._names)).tolist()
        return {value: times[at] for value, at in self._names.items() if times[at]}


def _ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Numbers:
    """The numbers from each start on, as many as its length, one range after the other."""
    before = np.cumsum(lengths) - lengths
    ranges: Numbers = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths).astype(np.int64)
    return ranges


_newest: tuple[int, Facets] = (0, Facets.none())


def counted(generation: int, ids: Sequence[int], names: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each value of these facets stands in these documents."""
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    if not names or not ids:
        return found
    asked = np.array(ids, dtype=np.int64)
    for token, count in _known(generation, asked).counts(asked).items():
        name, _, value = token.partition(":")
        if name in found:
            found[name][value] = count
    return found


def _known(generation: int, ids: Numbers) -> Facets:
    """The facets of these documents and of others."""
    global _newest
    of, held = _newest
    if of != generation:
        held = Facets.none()
    missing = held.without(ids)
    if len(missing):
        if len(held) + len(missing) > MAX_REMEMBERED:
            held, missing = Facets.none(), np.unique(ids)
        wanted: list[int] = missing.tolist()
        rows = ask("SELECT d.id, d.facets FROM search_searchdocument d WHERE d.id = ANY(%s)", [wanted])
        # A document may have gone since it was found.
        held = held.and_of({**dict.fromkeys(wanted, ()), **dict(rows)}.items())
        _newest = (generation, held)
    return held
