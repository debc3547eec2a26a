"""The one-time set-up link, its service and its page."""

import threading
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Installation, Role, User
from accounts.services import setup

FORM = {
    "name": "Lighthouse",
    "username": "ada",
    "email": "ada@example.org",
    "password1": "a long enough one",
    "password2": "a long enough one",
}


def complete(secret: str, now: datetime, username: str = "ada") -> User:
    return setup.complete(
        secret=secret, name="Lighthouse", username=username, email="", password="a long enough one", now=now
    )


@pytest.mark.django_db
def test_only_the_digest_is_kept(now: datetime) -> None:
    secret = setup.renew_link(now=now)
    kept = Installation.current().setup_digest
    assert len(kept) == 64
    assert secret not in kept
    assert setup.is_open(secret=secret)


@pytest.mark.django_db
def test_the_newest_link_counts(now: datetime) -> None:
    old = setup.renew_link(now=now)
    new = setup.renew_link(now=now)
    assert not setup.is_open(secret=old)
    assert setup.is_open(secret=new)


@pytest.mark.django_db
def test_complete_makes_the_first_administrator_and_works_once(now: datetime) -> None:
    secret = setup.renew_link(now=now)
    person = complete(secret, now)
    row = Installation.current()
    assert person.role == Role.ADMIN
    assert person.check_password("a long enough one")
    assert (row.name, row.set_up_at, row.setup_digest) == ("Lighthouse", now, "")
    with pytest.raises(setup.SetupClosedError):
        complete(secret, now, "eve")
    assert User.objects.count() == 1
    assert AuditEntry.objects.filter(action="setup.complete", actor=person).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["", "wrong", "ünïcode\x00", "a" * 5000])
def test_a_wrong_secret_opens_nothing(secret: str, now: datetime) -> None:
    setup.renew_link(now=now)
    with pytest.raises(setup.SetupClosedError):
        complete(secret, now)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_empty_secret_does_not_match_an_empty_digest(now: datetime) -> None:
    assert not setup.is_open(secret="")
    with pytest.raises(setup.SetupClosedError):
        complete("", now)


@pytest.mark.django_db
def test_no_link_once_somebody_can_sign_in(responder: User, now: datetime) -> None:
    with pytest.raises(setup.SetupClosedError):
        setup.renew_link(now=now)


@pytest.mark.django_db
def test_inactive_authors_are_no_accounts(now: datetime) -> None:
    User.objects.create_user("imported", is_active=False)
    assert setup.is_needed()
    assert complete(setup.renew_link(now=now), now).is_admin


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins(now: datetime) -> None:
    secret = setup.renew_link(now=now)
    barrier = threading.Barrier(2)
    results: list[str] = []

    def run(username: str) -> None:
        barrier.wait(timeout=10)
        try:
            complete(secret, now, username)
            results.append("made")
        except setup.SetupClosedError:
            results.append("closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == ["closed", "made"]
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_createsuperuser_makes_an_administrator_and_closes_the_setup(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    secret = setup.renew_link(now=now)
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "root")
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long enough one")
    call_command("createsuperuser", interactive=False, verbosity=0)
    person = User.objects.get()
    assert (person.role, person.is_admin) == (Role.ADMIN, True)
    assert Installation.current().set_up_at is not None
    assert not setup.is_open(secret=secret)


@pytest.mark.django_db
def test_the_first_set_up_time_stays(now: datetime) -> None:
    Installation.close_setup(now=now)
    Installation.close_setup(now=now + timedelta(days=1))
    assert Installation.current().set_up_at == now


@pytest.mark.django_db
def test_page_makes_the_account_and_signs_in(client: Client, now: datetime) -> None:
    path = f"/setup/{setup.renew_link(now=now)}/"
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    answer = client.post(path, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/settings/").status_code == 200
    assert client.get(path).status_code == 404
    assert Client().post(path, FORM | {"username": "eve"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password2": "another long one"}, "The two passwords differ."),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "ada@example.org", "password2": "ada@example.org"}, "too similar"),
        ({"username": "a b"}, "valid username"),
        ({"username": ""}, "User name is empty."),
        ({"email": "no address"}, "valid email"),
        ({"name": "x" * 81}, "the limit is 80"),
    ],
)
def test_page_refuses_bad_input_and_keeps_what_was_typed(
    client: Client, now: datetime, change: dict[str, str], words: str
) -> None:
    answer = client.post(f"/setup/{setup.renew_link(now=now)}/", FORM | change)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert words in html
    assert (change.get("name") or "Lighthouse") in html
    assert "a long enough one" not in html
    assert not User.objects.exists()


@pytest.mark.django_db
def test_wrong_link_is_a_page_that_does_not_exist(client: Client, now: datetime) -> None:
    setup.renew_link(now=now)
    assert client.get("/setup/wrong/").status_code == 404


@pytest.mark.django_db
def test_sign_in_page_says_how_to_begin(client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert (
        "This installation has no account yet. Open the set-up link that bin/serve printed." in answer.content.decode()
    )
