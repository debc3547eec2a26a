"""Signing in and out, and new passwords."""

import re
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.backends import Backend
from accounts.models import AuditEntry, User
from accounts.services import people, profile
from accounts.tasks import send_notice, send_password_mail
from hindsight.lib.logs import JsonFormatter
from tests.support.personas import PASSWORD, client_of

pytestmark = pytest.mark.django_db

TOO_MANY = "Too many tries. Try again in 60 s."
WRONG = "User name and password don&#x27;t match."


@pytest.mark.parametrize("login", ["responder", "RESPONDER", "responder@example.org", " Responder@Example.org "])
def test_signs_in_by_name_or_address(client: Client, responder: User, login: str) -> None:
    answer = client.post("/accounts/login/?next=/settings/", {"login": login, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/")
    assert client.get("/settings/").status_code == 200


def test_the_page_asks_and_is_never_cached(client: Client, responder: User) -> None:
    answer = client.get("/settings/tokens/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/?next=/settings/tokens/", 302)]
    html = answer.content.decode()
    assert 'name="next" value="/settings/tokens/"' in html
    assert "no-store" in answer.headers["Cache-Control"]


def test_known_and_unknown_get_the_same_answer(client: Client, responder: User) -> None:
    pages = []
    for login in ("responder", "somebody1", "responder@example.org", "nobody111@example.org"):
        answer = client.post("/accounts/login/", {"login": login, "password": "wrong wrong wrong"})
        assert answer.status_code == 422
        html = answer.content.decode()
        assert WRONG in html
        assert "wrong wrong wrong" not in html
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html.replace(login, "LOGIN")))
    assert len(set(pages)) == 1


@pytest.mark.parametrize("login", ["responder", "responder@example.org", "nobody", "nobody@example.org"])
def test_each_try_hashes_one_password(login: str, responder: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def check(self: User, raw: str) -> bool:
        hashed.append("check")
        return False

    monkeypatch.setattr(User, "check_password", check)
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append("set"))
    name = "email" if "@" in login else "username"
    assert Backend().authenticate(None, **{name: login, "username": login, "password": "x"}) is None
    assert len(hashed) == 1


def test_an_empty_address_is_nobody(client: Client, responder: User) -> None:
    User.objects.filter(pk=responder.pk).update(email="")
    assert Backend().authenticate(None, username="", email="", password=PASSWORD) is None


@pytest.mark.parametrize("login", ["responder", "nobody"])
def test_the_eleventh_try_in_a_minute_is_refused(client: Client, responder: User, login: str) -> None:
    cache.clear()
    for _ in range(10):
        assert client.post("/accounts/login/", {"login": login, "password": "wrong"}).status_code == 422
    answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert TOO_MANY in answer.content.decode()


def test_right_passwords_do_not_count(responder: User) -> None:
    cache.clear()
    for _ in range(12):
        assert Client().post("/accounts/login/", {"login": "responder", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "http:evil.example",
        "https:///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "///evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "https://localhost@evil.example/",
        "https://localhost.evil.example/",
        "http://localhost:8000/settings/",
        " //evil.example",
        "\x00//evil.example",
        "/%5Cevil.example/../\\evil.example",
        "data:text/html,x",
    ],
)
def test_no_redirect_to_elsewhere(client: Client, responder: User, target: str) -> None:
    answer = client.post(
        f"/accounts/login/?{urlencode({'next': target})}", {"login": "responder", "password": PASSWORD}
    )
    # NUL is refused before any view runs.
    assert answer.status_code == (400 if "\x00" in target else 302)
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_closed_account_is_told_so_only_with_its_password(client: Client, admin: User, responder: User) -> None:
    User.objects.filter(pk=responder.pk).update(is_active=False)
    wrong = client.post("/accounts/login/", {"login": "responder", "password": "wrong"})
    assert WRONG in wrong.content.decode()
    answer = client.post("/accounts/login/", {"login": "responder", "password": PASSWORD}, follow=True)
    assert "This account is switched off" in answer.content.decode()
    assert client.get("/settings/").status_code == 302


def test_sign_out_asks_first_and_needs_a_post(responder: User) -> None:
    browser = client_of(responder)
    assert "Sign out?" in browser.get("/accounts/logout/").content.decode()
    assert browser.get("/settings/").status_code == 200
    assert browser.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert browser.get("/settings/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/email/", "/accounts/confirm-email/"])
def test_nobody_signs_up_alone(client: Client, responder: User, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, {"username": "x"}).status_code == 404


def test_a_forgotten_password_comes_back_by_mail(client: Client, responder: User) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "responder@example.org"}, follow=True)
    assert "Look at your mail" in answer.content.decode()
    assert mail.outbox == []
    send_password_mail.func("responder@example.org")
    [link] = [line for line in mail.outbox[0].body.splitlines() if line.startswith("http")]
    form = client.get("/" + link.split("/", 3)[3], follow=True)
    # The key is not in the address of the form, so that it can't leak in a Referer.
    assert form.redirect_chain[-1][0].endswith("-set-password/")
    new = {"password1": "a brand new one", "password2": "a brand new one"}
    done = client.post(form.redirect_chain[-1][0], new, follow=True)
    assert "Your password is set" in done.content.decode()
    responder.refresh_from_db()
    assert responder.check_password("a brand new one")
    assert AuditEntry.objects.filter(action="password.set", actor=responder).exists()


def test_strangers_get_the_same_page_and_order(
    client: Client, responder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered: list[str] = []
    monkeypatch.setattr(type(send_password_mail), "enqueue", lambda self, email: ordered.append(email))
    pages = [
        client.post("/accounts/password/reset/", {"email": address}, follow=True).content
        for address in ("responder@example.org", "stranger1@example.org")
    ]
    assert pages[0] == pages[1]
    assert ordered == ["responder@example.org", "stranger1@example.org"]


def test_without_mail_no_link_lies_in_the_log(
    responder: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "hindsight.lib.mail.NotSetUp"
    send_password_mail.func("responder@example.org")
    [record] = [record for record in caplog.records if record.name == "hindsight.lib.mail"]
    line = JsonFormatter().format(record)
    assert "mail is not set up" in line
    assert "responder@example.org" in line
    assert "/key/" not in line
    assert mail.outbox == []


def test_without_mail_the_page_sends_everybody_to_an_administrator(
    client: Client, responder: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "hindsight.lib.mail.NotSetUp"
    page = client.get("/accounts/password/reset/").content.decode()
    assert "Mail is not set up" in page
    assert 'name="email"' not in page
    pages = [
        client.post("/accounts/password/reset/", {"email": address}, follow=True).content
        for address in ("responder@example.org", "stranger2@example.org")
    ]
    assert pages[0] == pages[1]
    assert b"Mail is not set up" in pages[0]
    assert b"Look at your mail" not in pages[0]


def test_a_flood_of_resets_is_refused(client: Client, responder: User) -> None:
    cache.clear()
    codes = [client.post("/accounts/password/reset/", {"email": "a@example.org"}).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]


def test_a_foreign_host_gets_no_link(client: Client, responder: User) -> None:
    answer = client.post(
        "/accounts/password/reset/", {"email": "responder@example.org"}, headers={"host": "evil.example"}
    )
    assert answer.status_code == 400


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(responder: User) -> None:
    here, elsewhere = client_of(responder), client_of(responder)
    form = {"oldpassword": PASSWORD, "password1": "a brand new one", "password2": "a brand new one"}
    answer = here.post("/settings/password/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/password/")
    assert here.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"oldpassword": "wrong"}, "This is not your current password."),
        ({"password2": "another one here"}, "same password"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
    ],
)
def test_a_bad_new_password_is_refused(responder: User, change: dict[str, str], words: str) -> None:
    cache.clear()
    form = {"oldpassword": PASSWORD, "password1": "a brand new one", "password2": "a brand new one"} | change
    answer = client_of(responder).post("/settings/password/", form)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "a brand new one" not in answer.content.decode()


def test_sign_out_everywhere_else(responder: User) -> None:
    here, elsewhere = client_of(responder), client_of(responder)
    assert here.post("/settings/sessions/end/").status_code == 303
    assert here.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302


def test_somebody_without_a_password_gets_the_page_to_set_one(admin: User, now: datetime) -> None:
    person = people.add(by=admin, username="new", email="", display_name="", role=admin.role, now=now)  # type: ignore[arg-type]  # a role read from the row
    browser = client_of(person)
    answer = browser.get("/settings/password/", follow=True)
    assert answer.redirect_chain == [("/settings/password/set/", 302)]
    new = {"password1": "a brand new one", "password2": "a brand new one"}
    assert browser.post("/settings/password/set/", new).status_code == 302


def test_the_person_is_told_of_a_new_password(responder: User) -> None:
    send_notice.func(user_id=responder.pk, notice="password_changed", to="old@example.org")
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["old@example.org"], "Your password for Hindsight was changed")
    ]


def test_the_queue_holds_no_secret(client: Client, responder: User, now: datetime) -> None:
    profile.set_password(person=responder, password="a brand new one", now=now)
    people.mail_link(by=responder, person=responder, now=now)
    rows = repr(list(DBTaskResult.objects.values()))
    assert "responder@example.org" in rows
    assert "a brand new one" not in rows
    assert "reset/key" not in rows
