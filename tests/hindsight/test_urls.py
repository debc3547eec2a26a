"""What holds for every address of the site: sign-in is asked for, and reading changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from tests.support.personas import client_of
from tests.support.records import make_incident

# Who may open these without an account; each has a reason that stands in its own tests. Keep the list short.
PUBLIC = {
    "healthz",
    "readyz",
    "setup",
    "account_login",
    "account_logout",
    "account_inactive",
    "signed_in",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
# These take a session or an API token, and turn everybody else away themselves.
TOKEN_OR_SESSION = {
    "attachment",
    "attachment_preview",
    "entry_markdown",
    "feed_actions",
    "feed_incidents",
    "feed_postmortems",
    "feed_search",
    "handover_markdown",
    "incident_json",
    "incident_markdown",
    "postmortem_json",
    "postmortem_markdown",
    "postmortem_pdf",
    "timeline_markdown",
}
# The API knows its callers by token and says 401 itself. Its description holds nothing of the installation.
API = "api/v1/"
API_PUBLIC = {"openapi-json", "api_reference"}
# Session expiry, rate limits, "last used" and who is here are notes about the reader, not about what is read.
READER_TABLES = {"django_session", "cache", "accounts_apitoken", "incidents_presence"}
WRITE = re.compile(r'^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
SAMPLES = {"int": "1", "slug": "a", "str": "a", "path": "a", "uuid": "00000000-0000-4000-8000-000000000000"}


@dataclass(frozen=True)
class Address:
    """One URL pattern with its name and an example of it."""

    name: str
    example: str
    asks_for_sign_in: bool


def every_address() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        else:
            asks = bool(getattr(entry.callback, "login_required", True))
            yield Address(entry.name or route, f"/{_example(route)}", asks)


def _example(route: str) -> str:
    """The route with its variables filled in; the first incident where it asks for one."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "a", route).replace("^", "").replace("$", "")
    return re.sub(r"<(?:(\w+):)?(\w+)>", _sample, plain)


def _sample(found: "re.Match[str]") -> str:
    kind, name = found.group(1) or "str", found.group(2)
    return "INC-1" if name in {"number", "label", "incident"} else SAMPLES.get(kind, "1")


def ids(address: Address) -> str:
    return f"{address.name} {address.example}"


ADDRESSES = every_address()
PAGES = [address for address in ADDRESSES if not address.example.startswith(f"/{API}")]
CALLS = [address for address in ADDRESSES if address.example.startswith(f"/{API}") and address.name not in API_PUBLIC]


def test_the_walk_finds_the_site() -> None:
    assert {"healthz", "account_login", "settings"} <= {address.name for address in ADDRESSES}


def test_only_listed_pages_are_public() -> None:
    public = {address.name for address in PAGES if not address.asks_for_sign_in}
    assert public == PUBLIC | TOKEN_OR_SESSION


@pytest.mark.django_db
@pytest.mark.parametrize("address", [page for page in PAGES if page.name not in PUBLIC], ids=ids)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_sign_in(client: Client, address: Address, method: str) -> None:
    answer = getattr(client, method)(address.example)
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/accounts/login/?next=")
    else:
        refusals = {401, 405} if method == "post" and address.name in TOKEN_OR_SESSION else {401}
        assert answer.status_code in refusals


@pytest.mark.django_db
@pytest.mark.parametrize("address", CALLS, ids=ids)
@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_the_api_wants_a_token(client: Client, address: Address, method: str) -> None:
    answer = getattr(client, method)(address.example)
    assert answer.status_code in {401, 404, 405}
    if answer.status_code == 401:
        assert set(answer.json()) == {"error"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES, ids=ids)
def test_reading_changes_nothing(admin: User, address: Address) -> None:
    make_incident(admin)
    browser = client_of(admin)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address.example)
    # Without a worker, /readyz is right to complain.
    assert answer.status_code < 500 or address.name == "readyz"
    written = {found.group(1) for query in queries if (found := WRITE.match(query["sql"]))}
    assert written <= READER_TABLES
