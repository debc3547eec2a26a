"""Kept queries answer as the plain ones do, from now and not from then, in every thread."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Count

from accounts.models import User
from accounts.people import AT_ONCE, people_by_id
from hindsight.lib.kept import Kept

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make(name: str, **columns: object) -> User:
    """Somebody of that name."""
    return User.objects.create_user(name, email=f"{name}@example.org", **columns)  # type: ignore[arg-type]  # any column


def test_rows_are_those_of_the_plain_query_for_each_value() -> None:
    one, other = make("one"), make("other")
    kept = Kept(lambda pk: User.objects.filter(pk=pk))
    assert [kept.rows(pk) for pk in (one.pk, other.pk, 10**6)] == [[one], [other], []]


def test_a_row_that_changed_is_read_as_it_is_now() -> None:
    person = make("person")
    kept = Kept(lambda pk: User.objects.filter(pk=pk))
    kept.rows(person.pk)
    User.objects.update(display_name="Renamed")
    assert kept.rows(person.pk)[0].display_name == "Renamed"


def test_words_and_moments_are_values_too() -> None:
    early = make("early", date_joined=NOON)
    make("late", date_joined=NOON + timedelta(seconds=1))
    by_name = Kept(lambda name: User.objects.filter(username=name))
    until = Kept(lambda moment: User.objects.filter(date_joined__lte=moment))
    assert by_name.first("early") == early
    assert by_name.first("'; --") is None
    assert until.rows(NOON) == [early]


def test_values_in_one_query_do_not_change_places() -> None:
    person = make("person", date_joined=NOON)
    kept = Kept(lambda pk, name, moment: User.objects.filter(date_joined=moment, username=name, pk=pk))
    assert kept.rows(person.pk, "person", NOON) == [person]
    assert kept.rows(person.pk, "another", NOON) == []


def test_tuples_counts_and_joined_rows_come_as_usual(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]  # a fixture
    person = make("person")
    counts = Kept(lambda pk: User.objects.filter(pk=pk).order_by().values_list("role").annotate(Count("pk")))
    assert counts.rows(person.pk) == [("responder", 1)]
    with django_assert_num_queries(1):
        counts.rows(person.pk)


def test_what_its_sql_does_not_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not in its SQL"):
        Kept(lambda pk: User.objects.all()).rows(1)


@pytest.mark.django_db(transaction=True)
def test_another_thread_reads_through_its_own_connection() -> None:
    person = make("person")
    kept = Kept(lambda pk: User.objects.filter(pk=pk))
    kept.rows(person.pk)
    found: list[object] = []

    def read() -> None:
        found.extend(kept.rows(person.pk))
        connection.close()

    thread = Thread(target=read)
    thread.start()
    thread.join()
    assert found == [person]


def test_people_are_read_at_once_however_many(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]  # a fixture
    people = [make(f"person{at}") for at in range(AT_ONCE + 1)]
    with django_assert_num_queries(1):
        assert people_by_id([people[0].pk, None, people[0].pk, 10**6]) == {people[0].pk: people[0]}
    assert people_by_id([person.pk for person in people]) == {person.pk: person for person in people}
    with django_assert_num_queries(0):
        assert people_by_id([None]) == {}
