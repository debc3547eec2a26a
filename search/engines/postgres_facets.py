"""How many of some documents have each value of a facet, over facets that are read once a process and packed."""

import json
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.engines.postgres_sql import array_of, look_up, unpacked

# Of so many documents facets are remembered: a row of the table never changes, a changed document is another row.
MAX_REMEMBERED = 100_000
# In one row: to take a row for each document apart takes longer than to count.
_FACETS = (
    "SELECT array_send(array_agg(d.id)), json_agg(d.facets)::text FROM search_searchdocument d"
    " WHERE d.id = ANY(%s::bigint[])"
)

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

    def and_of(self, ids: Sequence[int] | Numbers, facets: Sequence[Sequence[str]]) -> "Facets":
        """These and those of more documents, in the order of their ids."""
        names, values = dict(self._names), list(chain.from_iterable(facets))
        for value in set(values) - names.keys():
            names[value] = len(names)
        numbers = np.fromiter(map(names.__getitem__, values), np.int64, len(values))
        more = np.fromiter(map(len, facets), np.int64, len(facets))
        lengths = np.concatenate([np.diff(self._ends, prepend=0), more])
        whole = np.concatenate([self._values, numbers])
        known = np.concatenate([self._ids, np.array(ids, dtype=np.int64)])
        starts, order = np.cumsum(lengths) - lengths, np.argsort(known, kind="stable")
        lengths = lengths[order]
        return Facets(known[order], np.cumsum(lengths), whole[_ranges(starts[order], lengths)], names)

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
        packed, facets = look_up(_FACETS, [array_of(missing.tolist())])[0]
        ids = unpacked(packed)
        # A document may have gone since it was found.
        gone = np.setdiff1d(missing, ids)
        held = held.and_of(np.concatenate([ids, gone]), [*json.loads(facets or "[]"), *repeat((), len(gone))])
        _newest = (generation, held)
    return held
