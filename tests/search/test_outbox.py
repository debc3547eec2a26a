"""The outbox: what was changed reaches the index, at least once, whatever happens in between."""

import pytest
from django.db import transaction

from search import indexing, outbox
from search.current import engine
from search.models import OutboxEntry
from search.results import find
from tests.search.conftest import PUBLIC, Shelf

pytestmark = pytest.mark.usefixtures("either")


def ids(text: str) -> list[int]:
    return [result.hit.id for result in find(PUBLIC, text).results]


def test_nothing_to_do_is_nothing_done(shelf: Shelf) -> None:
    assert indexing.drain() == 0
    assert engine().health().documents == 0
    assert indexing.drain() == 0


def test_a_rolled_back_change_leaves_nothing(shelf: Shelf) -> None:
    with transaction.atomic():
        outbox.enqueue("note", 1)
        transaction.set_rollback(True)
    assert not OutboxEntry.objects.exists()


def test_rows_go_away_when_the_index_has_them_and_draining_again_changes_nothing(shelf: Shelf) -> None:
    indexing.drain()
    for _ in range(3):
        shelf.put(1, "Disk full")
    assert indexing.drain() == 3
    assert not OutboxEntry.objects.exists()
    outbox.enqueue("note", 1)
    assert indexing.drain() == 1
    assert engine().health().documents == 1
    assert ids("disk") == [1]


def test_a_crash_before_the_rows_go_away_is_made_good(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    indexing.drain()
    shelf.put(1, "Disk full")

    def crash(keys: object) -> set[object]:
        indexing._apply([("note", 1)])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "_take_in", crash)
        with pytest.raises(KeyboardInterrupt):
            indexing.drain()
    assert OutboxEntry.objects.count() == 1
    assert indexing.drain() == 1
    assert engine().health().documents == 1
    assert ids("disk") == [1]


def test_a_record_that_cannot_be_read_is_parked_and_holds_up_no_other(shelf: Shelf) -> None:
    indexing.drain()
    shelf.put(1, "Disk full")
    shelf.put(2, "Disk slow")
    shelf.broken.add(1)
    for _ in range(indexing.MAX_TRIES):
        indexing.drain()
    assert ids("disk") == [2]
    parked = OutboxEntry.objects.get()
    assert (parked.object_id, parked.parked_at is not None) == (1, True)
    assert indexing.drain() == 0
    assert indexing.drift().parked == (("note", 1),)


def test_a_rebuild_goes_round_a_record_that_cannot_be_read(shelf: Shelf) -> None:
    shelf.put(1, "Disk full")
    shelf.put(2, "Disk slow")
    shelf.broken.add(1)
    assert indexing.rebuild() == 1
    assert ids("disk") == [2]
    shelf.broken.clear()
    shelf.put(1, "Disk full again")
    indexing.drain()
    assert sorted(ids("disk")) == [1, 2]


def test_what_changes_during_a_rebuild_is_taken_in_afterwards(shelf: Shelf) -> None:
    shelf.put(1, "Disk full")
    indexing.rebuild(lambda done, total: shelf.put(2, "Disk slow"))
    assert OutboxEntry.objects.count() == 1
    indexing.drain()
    assert sorted(ids("disk")) == [1, 2]
    assert indexing.drift().is_none


def test_many_at_once(shelf: Shelf) -> None:
    indexing.drain()
    for pk in range(1, 251):
        shelf.put(pk, f"Outage {pk} of the backlog")
    assert "backlog" in find(PUBLIC, "backlog").results[0].hit.title
    assert indexing.drain(limit=200) == 200
    assert indexing.drain(limit=200) == 50
    assert find(PUBLIC, "backlog").count == 250
