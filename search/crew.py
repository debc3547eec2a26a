"""Child processes that make documents ready while this one reads and writes: a rebuild uses every core that way."""

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from queue import SimpleQueue

from hindsight.lib.pool import Pool, PoolError
from search.documents import Document
from search.preparing import Prepared, answered, asked, prepare

logger = logging.getLogger(__name__)

# Starting a child takes as long as fifty records do.
WORTH_CHILDREN = 500
MOST_CHILDREN = 3
# After so many answers that did not come, this process goes on alone.
MOST_FAILURES = 3
LIMIT_S = 120.0
JOB = "search.preparing:job"


def prepared(batches: Iterable[Sequence[Document]], total: int) -> Iterator[Prepared]:
    """Every batch made ready, in order; by children if there are `total` documents enough and cores for it.

    What a child can't do, because it was killed or for any other reason, this process does itself. A document that
    can't be made ready raises.
    """
    children = how_many() if total >= WORTH_CHILDREN else 0
    if not children:
        yield from map(prepare, batches)
        return
    crew = _Crew(children)
    try:
        yield from crew.work(batches)
    finally:
        crew.close()


def how_many() -> int:
    """How many children are worth having: none where there is one core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_CHILDREN) if cores > 1 else 0


@cache
def _pools() -> tuple[Pool, ...]:
    """One a child; each starts when it is asked and ends by itself soon after."""
    return tuple(Pool(idle_s=10.0, memory_mb=2048, kept_mb=400) for _ in range(MOST_CHILDREN))


class _Crew:
    """Some children at work; a thread each waits for its answers and touches no database."""

    def __init__(self, children: int) -> None:
        self._children = children
        self._threads = ThreadPoolExecutor(children, thread_name_prefix="preparing")
        self._free: SimpleQueue[Pool] = SimpleQueue()
        self._failures = 0
        for pool in _pools()[:children]:
            self._free.put(pool)

    def work(self, batches: Iterable[Sequence[Document]]) -> Iterator[Prepared]:
        """Batches made ready, in order, one more in hand than there are children."""
        waiting: deque[tuple[Sequence[Document], Future[Prepared]]] = deque()
        for batch in batches:
            waiting.append((batch, self._threads.submit(self._ask, batch)))
            if len(waiting) > self._children + 1:
                yield self._answer(*waiting.popleft())
        while waiting:
            yield self._answer(*waiting.popleft())

    def close(self) -> None:
        """Wait for what children have in hand, and end them."""
        self._threads.shutdown(cancel_futures=True)
        for pool in _pools():
            pool.close()

    def _ask(self, batch: Sequence[Document]) -> Prepared:
        if self._failures >= MOST_FAILURES:
            raise PoolError("no child is asked any more")
        pool = self._free.get()
        try:
            return answered(batch, pool.call(JOB, asked(batch), limit_s=LIMIT_S, wait_s=LIMIT_S))
        finally:
            self._free.put(pool)

    def _answer(self, batch: Sequence[Document], future: Future[Prepared]) -> Prepared:
        try:
            return future.result()
        except Exception as problem:
            # Whatever a child failed of, the batch is made ready here; what is wrong with a document raises again.
            self._failures += 1
            if self._failures <= MOST_FAILURES:
                logger.warning("A child gave no answer (%s: %s)", type(problem).__name__, problem)
            return prepare(batch)
