"""What PostgreSQL's engine remembers between two questions: never more than it may, and nothing of an older index."""

import numpy as np

from search.engines.postgres_facets import Facets
from search.engines.postgres_lists import Lists, lists_of
from search.engines.postgres_statistics import Known

PUBLIC = frozenset({"public"})
DISK, FULL, OOM = ("disk",), ("full",), ("oom",)


def ids(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Documents."""
    return np.array(numbers, dtype=np.int64)


def test_facets_are_counted_over_the_documents_asked_for() -> None:
    held = Facets.none().and_of([7, 3], [["severity:sev1", "service:api"], ["severity:sev1"]])
    assert held.counts(ids(3, 7)) == {"severity:sev1": 2, "service:api": 1}
    assert held.counts(ids(3)) == {"severity:sev1": 1}
    assert held.counts(ids()) == {}


def test_facets_of_more_documents_join_in_any_order() -> None:
    held = Facets.none().and_of([5, 9], [["a:1", "b:1"], []]).and_of([1, 7], [["b:1", "c:2"], ["a:1"]])
    assert held.without(ids(1, 2, 5, 9, 11)).tolist() == [2, 11]
    assert [held.counts(ids(pk)) for pk in (1, 5, 7, 9)] == [{"b:1": 1, "c:2": 1}, {"a:1": 1, "b:1": 1}, {"a:1": 1}, {}]
    assert held.counts(ids(9, 7, 5, 1)) == {"a:1": 2, "b:1": 2, "c:2": 1}


def test_what_one_reader_may_see_is_not_told_to_another() -> None:
    lists = Lists()
    lists.put(PUBLIC, {DISK: ids(1)})
    lists.put(None, {DISK: ids(1, 2)})
    assert lists.get(PUBLIC, [DISK, FULL])[DISK].tolist() == [1]
    assert lists.get(None, [DISK])[DISK].tolist() == [1, 2]
    assert not lists.get(frozenset({"public", "user:4"}), [DISK])


def test_counts_are_remembered_for_the_same_rights_alone() -> None:
    lists = Lists()
    lists.put_counts(PUBLIC, {DISK: 4})
    assert lists.counts(PUBLIC, [DISK, FULL]) == {DISK: 4}
    assert lists.counts(None, [DISK]) == {}


def test_those_go_first_that_were_asked_for_longest_ago() -> None:
    lists = Lists(most=6)
    lists.put(PUBLIC, {DISK: ids(1, 2), FULL: ids(3)})
    lists.get(PUBLIC, [DISK])
    lists.put(PUBLIC, {OOM: ids(5)})
    assert sorted(lists.get(PUBLIC, [DISK, FULL, OOM])) == [DISK, OOM]


def test_nothing_is_remembered_of_an_index_that_changed() -> None:
    lists_of(Known(1, 10, 3)).put(PUBLIC, {DISK: ids(1)})
    assert lists_of(Known(1, 10, 3)).get(PUBLIC, [DISK])
    assert not lists_of(Known(1, 11, 3)).get(PUBLIC, [DISK])
    assert not lists_of(Known(1, 10, 3)).get(PUBLIC, [DISK])
