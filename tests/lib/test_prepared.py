"""What is asked often is planned once on PostgreSQL, and answers on both databases alike."""

import pytest

from accounts.models import User
from hindsight.lib.kept import Kept
from hindsight.lib.rows import rows, rows_of, table

pytestmark = pytest.mark.django_db


def make(name: str) -> User:
    """Somebody of that name."""
    return User.objects.create_user(name, email=f"{name}@example.org")


@pytest.mark.postgresql  # SQLite has no statements that a connection keeps.
def test_one_statement_is_kept_however_large_its_numbers_are() -> None:
    kept = Kept(lambda pk: User.objects.filter(pk=pk).values_list("username"))
    person = make("person")
    assert [kept.rows(pk) for pk in (person.pk, 40_000, 2**40, person.pk)] == [[("person",)], [], [], [("person",)]]
    held = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    assert rows(held, ['SELECT "accounts_user"."username" %']) == [(1,)]


def test_a_percent_sign_and_quotes_in_a_value_stay_what_they_are() -> None:
    name = "100%s '; --"
    make(name)
    sql = f"SELECT username FROM {table(User)} WHERE username = %s"  # noqa: S608 - a name of ours
    assert [rows(sql, [value]) for value in (name, name, name, "100%s")] == [[(name,)], [(name,)], [(name,)], []]


def test_percent_signs_of_a_statement_are_its_own() -> None:
    make("percent")
    sql = f"SELECT username FROM {table(User)} WHERE username LIKE 'per%%' AND role = %s"  # noqa: S608 - a name of ours
    assert [rows(sql, ["responder"]) for _ in range(3)] == [[("percent",)]] * 3


def test_rows_of_any_number_of_ids() -> None:
    people = [make(f"person-{at}") for at in range(3)]
    source = table(User)
    for ids in ([], [people[0].pk], [person.pk for person in people], [*range(10**9, 10**9 + 6000), people[1].pk]):
        found = {pk for (pk,) in rows_of(source, "id", "id", ids, role="responder")}
        assert found == {person.pk for person in people if person.pk in ids}
    assert not list(rows_of(source, "id", "id", [people[0].pk], role="viewer"))
