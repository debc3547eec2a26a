"""A fixed piece of work: what machines of other speed, and one that has other work to do, are compared by."""

import time


def loop_ms() -> float:
    """CPU milliseconds of the piece of work, run once: 9.7 where the figures to reach were taken."""
    began = time.process_time()
    sum(len(str(number)) for number in range(100_000))
    return (time.process_time() - began) * 1000


def middle_of(values: list[float]) -> float:
    """The median."""
    return sorted(values)[len(values) // 2]
