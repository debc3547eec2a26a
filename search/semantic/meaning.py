"""How like in meaning records are to a query: the best passage of each, by the model's vectors."""

from collections.abc import Iterable

import numpy as np

from search import digests
from search.engines.protocol import Key
from search.semantic import embedding


def meaning(text: str, keys: Iterable[Key]) -> dict[Key, float]:
    """From -1 to 1 for each of these records, which the one who asks may see; empty while it is off or starting.

    A record whose vectors are not computed yet gets what the others have on average: it neither gains nor loses.
    """
    asked = embedding.queries.of(text)
    if asked is None:
        return {}
    wanted = list(keys)
    vectors = digests.vectors_of(wanted, embedding.MODEL, embedding.SIZE)
    if not vectors:
        return {}
    query = asked.astype(np.float32) / 127.0**2
    found = {key: float((held.astype(np.float32) @ query).max()) for key, held in vectors.items()}
    middle = sum(found.values()) / len(found)
    return {key: found.get(key, middle) for key in wanted}
