"""The feeds: who gets in, and that each reader gets only what that reader may see."""

import base64
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from accounts.models import User
from incidents.models import Incident
from tests.search.real import index
from tests.support.personas import bearer, client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import make_incident

__all__ = ["index"]

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["/feeds/incidents.atom", "/feeds/postmortems.atom", "/feeds/search.atom?q=pool"]


@pytest.fixture
def records(index: Callable[[], None], responder: User) -> tuple[Incident, Incident]:
    """A record for all and one for its author."""
    public = make_incident(responder, title="The pool <was> empty")
    private = make_incident(responder, title="Pool of the vault", is_private=True)
    for incident in (public, private):
        make_postmortem(responder, incident, root_cause="Ten were too few.", fix="Forty now.")
    index()
    return public, private


def titles(client: Client, address: str, **headers: str) -> list[str]:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "no-store" in answer["Cache-Control"]
    root = ET.fromstring(answer.content)  # noqa: S314 - our own answer
    return [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]


def basic(secret: str, name: str = "anything") -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_a_reader_gets_what_the_reader_may_see(
    records: tuple[Incident, Incident], responder: User, outsider: User, viewer: User
) -> None:
    both = {"INC-1 The pool <was> empty", "INC-2 Pool of the vault"}
    for address in (FEEDS[0], FEEDS[2]):
        assert set(titles(client_of(responder), address)) == both
        for other in (outsider, viewer):
            assert titles(client_of(other), address) == ["INC-1 The pool <was> empty"]


def test_a_private_word_is_like_an_unknown_one(records: tuple[Incident, Incident], outsider: User) -> None:
    client = client_of(outsider)
    private, unknown = (client.get("/feeds/search.atom", {"q": word}).content for word in ("vault", "quetz"))
    moment = re.compile(rb"<updated>[^<]*</updated>")
    assert moment.sub(b"", private.replace(b"vault", b"quetz")) == moment.sub(b"", unknown)


def test_only_published_postmortems_are_told(records: tuple[Incident, Incident], responder: User) -> None:
    assert titles(client_of(responder), FEEDS[1]) == []


def test_an_item_says_cause_and_fix(records: tuple[Incident, Incident], outsider: User) -> None:
    text = client_of(outsider).get(FEEDS[0]).content.decode()
    assert "Cause: Ten were too few." in text
    assert "Fix: Forty now." in text
    assert "http://testserver/incidents/INC-1/" in text


@pytest.mark.parametrize("address", FEEDS)
def test_without_a_session_or_a_token_nobody_gets_in(db: None, address: str) -> None:
    for headers in ({}, {"Authorization": basic("hst_wrong")}, {"Authorization": "Basic %%%"}, {"Authorization": "x"}):
        answer = Client().get(address, headers=headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Basic")


def test_a_token_is_the_password(records: tuple[Incident, Incident], outsider: User, responder: User) -> None:
    secret = bearer(outsider, "read")["Authorization"].removeprefix("Bearer ")
    assert titles(Client(), FEEDS[2], Authorization=basic(secret)) == ["INC-1 The pool <was> empty"]
    assert titles(Client(), FEEDS[2], Authorization=f"Bearer {secret}") == ["INC-1 The pool <was> empty"]
    # The token counts, not the browser that it is sent from.
    assert len(titles(client_of(responder), FEEDS[2], Authorization=basic(secret))) == 1


def test_a_token_for_hooks_reads_nothing(db: None, responder: User) -> None:
    secret = bearer(responder, "hook")["Authorization"].removeprefix("Bearer ")
    assert Client().get(FEEDS[0], headers={"Authorization": basic(secret)}).status_code == 403


@pytest.mark.parametrize("query", ["", "\x01\x1b[31m", "\ufffe<&>", '"', "x" * 3000, "a\nb"])
def test_any_query_has_a_feed(index: Callable[[], None], viewer: User, query: str) -> None:
    answer = client_of(viewer).get("/feeds/search.atom", {"q": query})
    assert answer.status_code == 200
    ET.fromstring(answer.content)  # noqa: S314 - our own answer
