"""API tokens: service, command and page."""

import io
import re
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiToken, AuditEntry, Scope, User
from accounts.services import tokens
from tests.support.personas import client_of, make_user

pytestmark = pytest.mark.django_db


def make(owner: User, now: datetime, scope: Scope = Scope.READ, expires_at: datetime | None = None) -> str:
    return tokens.create_token(by=owner, owner=owner, name="x", scope=scope, expires_at=expires_at, now=now)[1]


def test_secret_has_256_bits_and_is_kept_nowhere(responder: User, now: datetime) -> None:
    token, secret = tokens.create_token(
        by=responder, owner=responder, name="x", scope=Scope.WRITE, expires_at=None, now=now
    )
    assert re.fullmatch(r"hst_[A-Za-z0-9_-]{43}", secret)
    row = ApiToken.objects.values().get()
    assert secret not in repr(row)
    assert row["prefix"] == secret[:12]
    assert secret not in f"{token!r} {token} {token.__dict__}"
    assert secret not in repr(list(AuditEntry.objects.values()))


def test_authenticate_knows_the_secret_alone(responder: User, now: datetime) -> None:
    secret = make(responder, now)
    found = tokens.authenticate(secret, now=now)
    assert found is not None
    assert found.user == responder
    for wrong in ("", "hst_", secret[:-1], secret + "x", secret.upper(), secret + "\n", "é" * 47, found.digest):
        assert tokens.authenticate(wrong, now=now) is None


def test_revoked_is_refused_at_once(responder: User, now: datetime) -> None:
    secret = make(responder, now)
    token = ApiToken.objects.get()
    tokens.revoke(by=responder, token=token, now=now)
    assert tokens.authenticate(secret, now=now) is None
    tokens.revoke(by=responder, token=token, now=now + timedelta(hours=1))
    assert token.revoked_at == now
    assert AuditEntry.objects.filter(action="token.revoke").count() == 1


def test_expired_is_refused_from_its_second_on(responder: User, now: datetime) -> None:
    end = now + timedelta(hours=1)
    secret = make(responder, now, expires_at=end)
    assert tokens.authenticate(secret, now=end - timedelta(seconds=1)) is not None
    assert tokens.authenticate(secret, now=end) is None


def test_last_use_is_noted_once_a_minute(responder: User, now: datetime) -> None:
    secret = make(responder, now)
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        tokens.authenticate(secret, now=now + timedelta(seconds=seconds))
        assert ApiToken.objects.get().last_used_at == now + timedelta(seconds=noted)


def test_a_second_look_costs_one_query(
    responder: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    secret = make(responder, now)
    tokens.authenticate(secret, now=now)
    with django_assert_num_queries(1):
        tokens.authenticate(secret, now=now)


@pytest.mark.parametrize(
    ("persona", "scope", "is_allowed"),
    [
        ("viewer", Scope.READ, True),
        ("viewer", Scope.WRITE, False),
        ("viewer", Scope.HOOK, False),
        ("responder", Scope.WRITE, True),
        ("responder", Scope.HOOK, True),
        ("responder", Scope.ADMIN, False),
        ("admin", Scope.ADMIN, True),
    ],
)
def test_scope_stays_within_the_role(
    request: pytest.FixtureRequest, persona: str, scope: Scope, is_allowed: bool, now: datetime
) -> None:
    owner: User = request.getfixturevalue(persona)
    if is_allowed:
        assert make(owner, now, scope)
    else:
        with pytest.raises(tokens.ScopeTooWideError):
            make(owner, now, scope)


@pytest.mark.parametrize(
    ("has", "may"),
    [
        (Scope.READ, {Scope.READ}),
        (Scope.WRITE, {Scope.READ, Scope.WRITE}),
        (Scope.ADMIN, {Scope.READ, Scope.WRITE, Scope.ADMIN, Scope.HOOK}),
        (Scope.HOOK, {Scope.HOOK}),
    ],
)
def test_scopes_include_those_before(has: Scope, may: set[Scope]) -> None:
    assert {scope for scope in Scope if ApiToken(scope=has).allows(scope)} == may


def test_an_end_in_the_past_is_refused(responder: User, now: datetime) -> None:
    with pytest.raises(tokens.AlreadyExpiredError):
        make(responder, now, expires_at=now)


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("token", *args, stdout=out)
    return out.getvalue()


def test_command_prints_the_token_alone(responder: User, now: datetime) -> None:
    printed = run("Responder", "--name", "ci")
    assert re.fullmatch(r"hst_[A-Za-z0-9_-]{43}\n", printed)
    token = ApiToken.objects.get()
    assert (token.name, token.scope, token.user) == ("ci", "write", responder)


def test_command_gives_a_viewer_a_token_to_read(viewer: User) -> None:
    run("viewer")
    assert ApiToken.objects.get().scope == "read"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nobody"], "no account with the user name 'nobody'"),
        (["viewer", "--scope", "write"], "may not have a token with the scope write; allowed: read."),
        (["closed"], "closed is switched off"),
    ],
)
def test_command_says_what_is_wrong(viewer: User, args: list[str], words: str) -> None:
    make_user("closed", is_active=False)
    with pytest.raises(CommandError, match=words):
        run(*args)
    assert not ApiToken.objects.exists()


def test_page_shows_the_secret_once_even_when_sent_twice(responder: User) -> None:
    browser = client_of(responder)
    form = {"once": "0123456789abcdef0123", "name": "deploy", "scope": "write", "expires_at": ""}
    answer = browser.post("/settings/tokens/new/", form)
    assert answer.status_code == 201
    assert "no-store" in answer.headers["Cache-Control"]
    [secret] = re.findall(r"hst_[A-Za-z0-9_-]{43}", answer.content.decode())
    again = browser.post("/settings/tokens/new/", form, follow=True)
    assert secret not in again.content.decode()
    assert "was made already" in again.content.decode()
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Name is empty."),
        ({"name": "x" * 81}, "the limit is 80"),
        ({"scope": "admin"}, "Select a valid choice"),
        ({"expires_at": "2001-01-01T00:00"}, "The end lies in the past."),
        ({"expires_at": "soon"}, "not a time"),
    ],
)
def test_page_refuses_bad_input(responder: User, change: dict[str, str], words: str) -> None:
    form = {"once": "0123456789abcdef0123", "name": "deploy", "scope": "write", "expires_at": ""}
    answer = client_of(responder).post("/settings/tokens/new/", form | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_only_the_owner_and_administrators_revoke(admin: User, responder: User, outsider: User, now: datetime) -> None:
    make(responder, now)
    path = f"/settings/tokens/{ApiToken.objects.get().pk}/revoke/"
    assert client_of(outsider).post(path).status_code == 404
    assert client_of(outsider).post("/settings/tokens/999999/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert client_of(responder).get(path).status_code == 405
    assert client_of(admin).post(path).status_code == 303
    assert ApiToken.objects.get().revoked_at is not None


def test_the_list_holds_the_own_tokens_only(responder: User, outsider: User, now: datetime) -> None:
    tokens.create_token(by=None, owner=outsider, name="not yours", scope=Scope.READ, expires_at=None, now=now)
    assert "not yours" not in client_of(responder).get("/settings/tokens/").content.decode()
