"""Waiting for something outside of this process: bounded, and over as soon as it is there."""

import time
from collections.abc import Callable
from typing import Literal, TypeVar

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | Literal[False] | None], *, within: float = 20.0) -> Found:
    """What `look` returns as soon as that is true; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {look}"
        time.sleep(0.02)
    return found
