"""Which documents hold a word, remembered until the index changes: who types asks for the same words with each key."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.engines.postgres_statistics import Known

Ids: TypeAlias = NDArray[np.int64]
# The forms of one word.
Forms: TypeAlias = tuple[str, ...]
# What readers may see; None is all of it.
Rights: TypeAlias = frozenset[str] | None

# Of one process: 4 MB.
MAX_IDS = 500_000
MAX_COUNTS = 20_000


class Lists:
    """The documents of words as readers of some rights see them; those go first that were asked for longest ago."""

    def __init__(self, most: int = MAX_IDS) -> None:
        self._most, self._size = most, 0
        self._held: OrderedDict[tuple[Rights, Forms], Ids] = OrderedDict()
        self._counts: dict[tuple[Rights, Forms], int] = {}
        self._lock = Lock()

    def get(self, rights: Rights, wanted: Iterable[Forms]) -> dict[Forms, Ids]:
        """Those of these words that are remembered for these rights."""
        with self._lock:
            found = {forms: self._held[rights, forms] for forms in wanted if (rights, forms) in self._held}
            for forms in found:
                self._held.move_to_end((rights, forms))
            return found

    def put(self, rights: Rights, read: Mapping[Forms, Ids]) -> None:
        """Remember these for these rights."""
        with self._lock:
            for forms, ids in read.items():
                if (rights, forms) not in self._held:
                    self._held[rights, forms] = ids
                    # A word that no document holds takes room as well.
                    self._size += len(ids) + 1
            while self._size > self._most:
                _, ids = self._held.popitem(last=False)
                self._size -= len(ids) + 1

    def counts(self, rights: Rights, wanted: Iterable[Forms]) -> dict[Forms, int]:
        """In how many documents those of these words stand that were counted and not read."""
        with self._lock:
            return {forms: self._counts[rights, forms] for forms in wanted if (rights, forms) in self._counts}

    def put_counts(self, rights: Rights, counts: Mapping[Forms, int]) -> None:
        """Remember these for these rights."""
        with self._lock:
            if len(self._counts) + len(counts) > MAX_COUNTS:
                self._counts.clear()
            self._counts.update({(rights, forms): count for forms, count in counts.items()})


_newest: tuple[Known, Lists] | None = None


def lists_of(known: Known) -> Lists:
    """What is remembered as of this change of the index; nothing is of an older one."""
    global _newest
    held = _newest
    if held is None or held[0] != known:
        held = _newest = (known, Lists())
    return held[1]
