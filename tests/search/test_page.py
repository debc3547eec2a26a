"""The search page: results that answer, links that narrow, and help where nothing is found."""

import re
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from search.alike import Alike
from tests.search.conftest import PUBLIC, Shelf

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def page(shelf: Shelf, indexed: Callable[[], None], viewer: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A signed-in browser over three records; everybody holds the public token."""
    shelf.put(
        1, "Disk <b>full</b> on the primary", "Nobody rotated the logs & more", service="Payment API", severity="sev1"
    )
    shelf.put(2, "Logins slow", "The disk of the cache", service="auth", severity="sev2")
    shelf.put(3, "Disk of a secret kind", "disk", rights="t:1", service="vault")
    indexed()
    rights_of, visible_ids = shelf.rights_of, shelf.visible_ids

    # This source knows no accounts.
    monkeypatch.setattr(shelf, "rights_of", lambda _: rights_of(PUBLIC))
    monkeypatch.setattr(shelf, "visible_ids", lambda _, ids: visible_ids(PUBLIC, ids))
    client = Client()
    client.force_login(viewer)
    return client


def test_signing_in_comes_first() -> None:
    answer = Client().get("/search/?q=disk")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_result_is_an_answer(page: Client) -> None:
    html = page.get("/search/", {"q": "disk logs"}).content.decode()
    assert "2 results" in html
    assert "<mark>Disk</mark> &lt;b&gt;full&lt;/b&gt;" in html
    assert 'href="/notes/1/#root_cause"' in html
    assert "Nobody rotated the <mark>logs</mark> &amp; more" in html
    assert "secret" not in html
    assert "vault" not in html


def test_facets_are_links_that_narrow_and_widen(page: Client) -> None:
    html = page.get("/search/", {"q": "disk"}).content.decode()
    assert "q=disk+service%3A%22Payment+API%22" in html
    html = page.get("/search/", {"q": 'disk service:"Payment API"'}).content.decode()
    assert 'href="/search/?q=disk" aria-current="true"' in html
    assert "1 result" in html


def test_nothing_found_says_what_to_try(page: Client) -> None:
    html = page.get("/search/", {"q": "quetzal severity:sev1"}).content.decode()
    assert "Nothing found" in html
    assert "/search/?q=quetzal" in html


def test_nothing_asked_says_what_can_be_asked(page: Client) -> None:
    assert "Narrowing it down" in page.get("/search/").content.decode()


def test_a_slip_is_offered_put_right(page: Client) -> None:
    assert "q=logins" in page.get("/search/", {"q": "lognis"}).content.decode()


def test_a_pasted_text_is_posted_and_a_short_one_gets_an_address(page: Client) -> None:
    answer = page.post("/search/", {"q": "disk full"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search/?q=disk+full")
    answer = page.post("/search/", {"q": "java.io.IOException: disk\n" + "  at some.Class.call(File.java:1)\n" * 2000})
    assert answer.status_code == 200
    assert "/notes/2/" in answer.content.decode()


def test_a_pasted_text_stays_on_the_page_as_it_was(page: Client) -> None:
    html = page.post("/search/", {"q": "java.io.IOException: disk\nfull of <b>"}).content.decode()
    assert re.search(r"<textarea[^>]*>java.io.IOException: disk\nfull of &lt;b&gt;</textarea>", html)
    # A box of one line would join the end of a line to the next.
    assert 'type="search" name="q" value=""' in html
    answer = page.post("/search/", {"q": "java.io.IOException: disk\nfull", "format": "json"}).json()
    assert [result["url"].removeprefix("http://testserver") for result in answer["results"]][:1] == ["/notes/1/"]


def test_a_megabyte_is_read_whole_although_forms_lengthen_its_lines(page: Client) -> None:
    lines = "\r\n".join(["x"] * 400_000)
    html = page.post("/search/", {"q": f"{lines}\r\ndisk of the cache"}).content.decode()
    assert "\r" not in html
    assert "disk of the cache</textarea>" in html


def test_more_results_of_a_pasted_text_are_a_button_away(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.views.page.PAGE_SIZE", 1)
    asked = {"q": "disk\nlogins"}
    first = page.post("/search/", asked).content.decode()
    assert re.search(r'<button[^>]* form="pasted" name="offset" value="1"', first)
    second = page.post("/search/", {**asked, "offset": "1"}).content.decode()
    assert re.search(r'<button[^>]* form="pasted" name="offset" value="0"', second)
    assert re.findall(r'"/notes/\d/', first)[:1] != re.findall(r'"/notes/\d/', second)[:1]


def test_a_pasted_text_offers_no_filter_that_it_would_read_as_text(page: Client) -> None:
    typed, pasted = "disk full", '{"error":"disk full"}'
    assert 'class="facet"' in page.get("/search/", {"q": typed}).content.decode()
    assert 'class="facet"' not in page.get("/search/", {"q": pasted}).content.decode()
    assert page.get("/search/", {"q": pasted, "format": "json"}).json()["facets"] == {}


def test_why_a_record_is_like_a_pasted_text_is_told_by_kinds() -> None:
    why = ("same frame a.b", "nearly the same message “gone”", "same frame c", "2 matching lines")
    assert Alike("", "", (), why).reasons == {
        "Same frame": ["a.b", "c"],
        "Nearly the same message": ["“gone”"],
    }


def test_htmx_gets_the_results_alone(page: Client) -> None:
    answer = page.get("/search/", {"q": "disk"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div id="_results"')
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("offset", ["-1", "x", "99999999999", "²"])
def test_an_odd_page_number_is_the_first_page_or_an_empty_one(page: Client, offset: str) -> None:
    assert page.get("/search/", {"q": "disk", "offset": offset}).status_code == 200


def test_a_broken_index_is_said_on_the_page(page: Client) -> None:
    with patch("search.engines.whoosh_engine.WhooshEngine.view", side_effect=EOFError):
        html = page.get("/search/", {"q": "disk"}).content.decode()
    assert "Search index is being rebuilt" in html
    assert "/notes/1/" in html
