"""What the worker does for likeness of meaning: vectors for the passages of records that have none yet."""

import logging
import re
from collections.abc import Iterable

import numpy as np
from django.db.models import F, Value
from django.db.models.functions import Concat

from hindsight.lib.pool import PoolError
from search import texts
from search.documents import Part
from search.models import Digest
from search.passages import passages
from search.semantic import embedding

logger = logging.getLogger(__name__)

# What people wrote; code and logs mean little to a model of sentences.
FIELDS = frozenset(
    {"title", "summary", "symptom", "root_cause", "fix", "verification", "step", "entry", "section", "action"}
)
MOST = 24
# About a paragraph: a vector says what a stretch is about as a whole.
SIZE = 500
LIMIT_S = 60.0
_MARKUP = re.compile(r"https?://\S+|[#*`|>_\[\]()]+")


def fill(limit: int = 10) -> int:
    """Compute the vectors of up to `limit` records; returns how many. Does nothing while it is off; safe to repeat."""
    if not embedding.is_on():
        return 0
    done = Concat(Value(f"{embedding.MODEL} "), F("text_hash"))
    rows = list(Digest.objects.exclude(model=done).order_by("pk").defer("words", "vectors")[:limit])
    held = texts.read((row.kind, row.object_id) for row in rows)
    try:
        for row in rows:
            _fill(row, held.get((row.kind, row.object_id), ()))
    except PoolError as problem:
        logger.warning("Vectors can't be computed now: %s", type(problem).__name__)
        return 0
    return len(rows)


def told(parts: Iterable[Part]) -> list[str]:
    """The passages of a record that get a vector, its title first."""
    found = passages((part for part in parts if part.field in FIELDS), SIZE)[:MOST]
    return [" ".join(_MARKUP.sub(" ", text).split()) for text in found]


def _fill(row: Digest, parts: Iterable[Part]) -> None:
    vectors = embedding.embed(told(parts), limit_s=LIMIT_S, wait_s=LIMIT_S)
    # If the text has changed meanwhile, nothing is written, and the next round takes the new one.
    Digest.objects.filter(pk=row.pk, text_hash=row.text_hash).update(
        vectors=np.ascontiguousarray(vectors).tobytes(), model=f"{embedding.MODEL} {row.text_hash}"
    )
