"""Addresses that only take forms, when somebody opens them."""

from collections.abc import Iterator
from inspect import getclosurevars, isfunction
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import User
from hindsight.landing import SAID
from hindsight.lib.landing import page_above
from postmortems.models import Postmortem
from tests.support.postmortems import make_postmortem

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {"slug": "x", "uuid": UUID(int=1), "key": "x", "name": "x"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def row(responder: User) -> Postmortem:
    return make_postmortem(responder)


@pytest.mark.parametrize(
    ("name", "lands"),
    [("postmortem_amend", "postmortem"), ("postmortem_waive", "postmortem_edit"), ("comment_add", "postmortem_review")],
)
def test_a_person_lands_on_the_page_of_the_form(
    row: Postmortem, responder_client: Client, name: str, lands: str
) -> None:
    answer = responder_client.get(reverse(name, args=[row.incident.number]), headers=BROWSER, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == reverse(lands, args=[row.incident.number])
    assert answer.content.decode().count(SAID) == 1


def test_after_signing_in_too(row: Postmortem, client: Client) -> None:
    address = reverse("postmortem_amend", args=[row.incident.number])
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_a_program_is_told(row: Postmortem, responder_client: Client) -> None:
    address = reverse("postmortem_amend", args=[row.incident.number])
    for headers in ({}, {**BROWSER, "HX-Request": "true"}):
        answer = responder_client.get(address, headers=headers)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert answer.content == b"GET is not possible here; use POST.\n"
    assert responder_client.delete(address, headers=BROWSER).status_code == 405


def test_no_address_of_a_form_is_a_dead_end(row: Postmortem, responder_client: Client) -> None:
    """Every address that only takes forms is opened as a person would."""
    addresses = list(_addresses(get_resolver(), row))
    assert len(addresses) > 50
    dead = []
    for address in addresses:
        answer = responder_client.get(address, headers=BROWSER)
        steps = 0
        while answer.status_code == 302 and answer["Location"] in addresses and steps < 6:
            answer, steps = responder_client.get(answer["Location"], headers=BROWSER), steps + 1
        if answer.status_code != 302 or answer["Location"] in addresses:
            dead.append(address)
    assert dead == []


def _addresses(resolver: URLResolver, row: Postmortem) -> Iterator[str]:
    """The addresses of pages that take nothing but POST."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from () if entry.namespace else _addresses(entry, row)
        elif entry.name and _takes(entry.callback) == ["POST"]:
            values = {name: VALUES.get(name, 1) for name in entry.pattern.converters}
            yield reverse(
                entry.name, kwargs={**values, **({"number": row.incident.number} if "number" in values else {})}
            )


def _takes(view: Any) -> list[str] | None:
    """What `require_http_methods` was given."""
    while view is not None:
        asked = getclosurevars(view).nonlocals.get("request_method_list") if isfunction(view) else None
        if asked is not None:
            return list(asked)
        view = getattr(view, "__wrapped__", None)
    return None


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/actions/5/state/", "/actions/5/"),
        ("/incidents/INC-1/postmortem/waiver/remove/", "/incidents/INC-1/postmortem/waiver/"),
        ("/x/", "/"),
    ],
)
def test_the_nearest_page(path: str, above: str) -> None:
    assert page_above(path) == above
