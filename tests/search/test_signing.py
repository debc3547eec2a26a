"""Pasting a trace finds the record of the same fault, whatever its numbers, addresses and paths."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from search.documents import Part
from search.ranking import view_of
from search.results import as_json, find, similar
from search.signatures import signature, tokens
from search.signing import part_of
from tests.search.conftest import INSIDER, PUBLIC, Person, Shelf

Run = Callable[[], None]
pytestmark = pytest.mark.usefixtures("either")

TRACE = """Traceback (most recent call last):
  File "/srv/shop/releases/41/billing/charge.py", line 88, in settle
    lease = pool.acquire(order_id=7731)
  File "/srv/shop/releases/41/billing/pool.py", line 19, in acquire
    raise LeaseError(f"no lease for {order_id} after {waited} s")
billing.pool.LeaseError: no lease for 7731 after 30.2 s
"""
AGAIN = (
    TRACE.replace("/srv/shop/releases/41", "/home/deploy/app")
    .replace("7731", "90210")
    .replace("30.2", "4.75")
    .replace("line 88", "line 103")
    .replace("line 19", "line 23")
)
# The words of the trace without its shape: what a search by words alone might take for it.
DECOY = "lease pool acquire billing charge settle order lease error waited lease pool shop releases deploy app home"


def put(shelf: Shelf, pk: int, title: str, code: str, rights: str = "public") -> None:
    shelf.put(pk, title, "", rights=rights)
    held = shelf.held[pk]
    extra = (Part("code", code, f"#snippet-{pk}", "Snippet (pytb)"), part_of(tokens(signature(code)), f"#snippet-{pk}"))
    shelf.held[pk] = replace(held, parts=(*held.parts, *extra))


@pytest.fixture
def library(shelf: Shelf, indexed: Run) -> Shelf:
    for pk in range(1, 9):
        put(shelf, pk, "Billing pool lease error", DECOY)
    put(shelf, 9, "Payments stall", TRACE)
    put(
        shelf,
        10,
        "Other fault in the same place",
        TRACE.replace("LeaseError", "QuotaError").replace("settle", "refund"),
    )
    indexed()
    return shelf


def test_the_same_fault_with_other_numbers_comes_first(library: Shelf) -> None:
    for results in (find(PUBLIC, AGAIN), similar(PUBLIC, AGAIN)):
        assert results.results[0].hit.id == 9
        assert {"same stack", "exception leaseerror"} & set(results.results[0].why)


def test_the_lines_stand_side_by_side(library: Shelf) -> None:
    found = similar(PUBLIC, AGAIN).results[0].alike
    assert found is not None
    assert found.anchor.startswith("#snippet-9-L")
    pair = next(line for line in found.lines if "LeaseError: no lease" in line.stored)
    assert (pair.pasted.strip(), pair.score) == ("billing.pool.LeaseError: no lease for 90210 after 4.75 s", 1.0)
    assert as_json(similar(PUBLIC, AGAIN))["results"][0]["alike"]["lines"]


def test_a_trace_inside_prose_is_known_as_well(shelf: Shelf, indexed: Run) -> None:
    for pk in range(1, 9):
        shelf.put(pk, "Billing pool lease error", DECOY)
    shelf.put(9, "Payments stall", "It said:\n\n```\n" + TRACE + "```\n")
    indexed()
    assert find(PUBLIC, AGAIN).results[0].hit.id == 9


def test_a_typed_word_meets_no_token(library: Shelf) -> None:
    view, _ = view_of(PUBLIC)
    assert not view.completions("sig", 8)
    assert not find(PUBLIC, "sig").results
    shown = [str(highlight.html) for result in find(PUBLIC, AGAIN).results for highlight in result.highlights]
    assert shown
    assert not any("sig:" in html for html in shown)


@pytest.mark.parametrize("viewer", [PUBLIC, INSIDER])
def test_a_private_trace_is_as_unknown_as_none(shelf: Shelf, indexed: Run, viewer: Person) -> None:
    shelf.put(1, "Something public", "nothing of the kind")
    put(shelf, 2, "Hidden", TRACE, rights="t:1")
    indexed()
    assert [result.hit.id for result in similar(viewer, AGAIN).results] == ([2] if viewer is INSIDER else [])
