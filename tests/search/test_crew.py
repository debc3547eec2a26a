"""Documents are made ready by child processes, in order, and by this one when no child answers."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from search import crew, indexing
from search.documents import Document, Part
from search.preparing import Made, Prepared, answered, asked, job, prepare
from search.results import find
from tests.search.conftest import PUBLIC, Shelf

ODD = [
    "",
    "disk full",
    "\ud800 lone",
    "日本語のログ",
    "a.b_C-D " * 400,
    "Straße ﬁ\x00x",
    "com.acme.Foo$Bar.baz(X.java:7)",
]


def documents(count: int) -> list[Document]:
    return [
        Document(
            "note",
            pk,
            (
                Part("title", f"Disk {pk} {ODD[pk % len(ODD)]}"),
                Part("log", ODD[pk % len(ODD)], "#l", "Log"),
                Part("signature", f"x:keyerror{pk} m:{pk}"),
            ),
            frozenset({"public"}),
        )
        for pk in range(1, count + 1)
    ]


def batches(held: Sequence[Document], size: int = 3) -> Iterator[Sequence[Document]]:
    return (held[at : at + size] for at in range(0, len(held), size))


def is_same(one: Made, other: Made) -> bool:
    names = [name for name in Made.__slots__ if name != "numbers"]
    return np.array_equal(one.numbers, other.numbers) and all(getattr(one, n) == getattr(other, n) for n in names)


@pytest.fixture
def two_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "how_many", lambda: 2)


def check_all(held: Sequence[Document]) -> None:
    found = list(crew.prepared(batches(held), crew.WORTH_CHILDREN))
    wanted = list(map(prepare, batches(held)))
    assert [list(each.documents) for each in found] == [list(each.documents) for each in wanted]
    assert all(is_same(one.made, other.made) for one, other in zip(found, wanted, strict=True))
    assert [list(each.tallies()) for each in found] == [list(each.tallies()) for each in wanted]


def test_children_make_the_same_of_documents(two_children: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(documents: Sequence[Document]) -> Prepared:
        raise AssertionError("This process did what a child should do.")

    with monkeypatch.context() as patch:
        patch.setattr(crew, "prepare", refuse)
        check_all(documents(20))
    assert all(pool.child_pid is None for pool in crew._pools())


@pytest.mark.parametrize("name", ["die", "babble", "nothing_of_this_name"])
def test_what_no_child_does_is_done_here(two_children: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(crew, "JOB", f"tests.search.dying:{name}")
    check_all(documents(20))


def test_a_few_documents_start_no_child(two_children: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "JOB", "nowhere")
    found = list(crew.prepared(batches(documents(4)), crew.WORTH_CHILDREN - 1))
    assert [document.id for each in found for document in each.documents] == [1, 2, 3, 4]


def test_an_answer_about_other_documents_is_refused() -> None:
    one, two = documents(1), documents(2)
    with pytest.raises(ValueError, match="other documents"):
        answered(two, job({}, asked(one)))
    assert list(answered([], job({}, asked([]))).tallies()) == []


@pytest.mark.usefixtures("either", "two_children")
def test_a_rebuild_with_children_holds_all(
    shelf: Shelf, indexed: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "WORTH_CHILDREN", 1)
    monkeypatch.setattr(indexing, "FIRST_BATCH", 2)
    monkeypatch.setattr(indexing, "CHARACTERS", 200)
    for pk in range(1, 12):
        shelf.put(pk, f"Disk number{pk}", "full")
    shelf.broken.add(5)
    assert indexing.rebuild() == 10
    assert find(PUBLIC, "number7").results[0].hit.id == 7
    assert find(PUBLIC, "disk").count == 10
