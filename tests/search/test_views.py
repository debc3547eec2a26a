"""The panel, the help, saved searches, feedback, similar incidents and the other forms of results, for each person."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents.models import Incident
from search.models import SavedSearch, SearchFeedback
from tests.search.real import full_incident, index
from tests.support.personas import bearer, client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import make_incident
from tests.support.web import HTMX

__all__ = ["index"]

SECRET = "quetzalcoatl"
UNKNOWN = "zoxanthellae"


@pytest.fixture
def records(index: Callable[[], None], responder: User) -> tuple[Incident, Incident]:
    """A public record with everything, and a private one with a word that stands nowhere else."""
    public = full_incident(responder)
    make_postmortem(responder, public, root_cause="Ten connections were too few.", fix="The pool holds forty now.")
    private = make_incident(
        responder,
        title=f"The {SECRET} database leaks",
        summary=SECRET,
        is_private=True,
        services=[f"{SECRET}-api"],
        tags=[SECRET],
    )
    index()
    return public, private


@pytest.fixture
def theirs(records: tuple[Incident, Incident], outsider: User) -> Client:
    """The browser of somebody who may not see the private one."""
    return client_of(outsider)


@pytest.mark.parametrize(
    "address", ["/search/", "/search/suggest/?q=x", "/search/help/", "/search/similar/?title=xxxx"]
)
def test_signing_in_comes_first(db: None, address: str) -> None:
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/search/suggest/?q={}",
        "/search/suggest/?q=service:{}",
        "/search/suggest/?q=tag:{}",
        "/search/?q={}",
        "/search/?q={}&format=md",
        "/search/similar/?title={}",
        "/api/v1/suggest/?q={}",
    ],
)
@pytest.mark.parametrize("cut", [len(SECRET), 5])
def test_a_private_word_is_like_an_unknown_one(theirs: Client, outsider: User, address: str, cut: int) -> None:
    """Whole and unfinished."""
    headers = bearer(outsider, "read") if "/api/" in address else HTMX
    answers = []
    for word in (SECRET[:cut], UNKNOWN[:cut]):
        text = theirs.get(address.format(word), headers=headers).content.decode()
        answers.append(text.replace(word, "…").split(" ms</span>")[-1].split('name="csrfmiddlewaretoken"')[0])
    assert answers[0] == answers[1]


def test_its_author_is_offered_it(records: tuple[Incident, Incident], responder: User) -> None:
    text = client_of(responder).get(f"/search/suggest/?q={SECRET[:5]}").content.decode()
    assert f"service:{SECRET}-api" in text
    assert f"tag:{SECRET}" in text
    assert "INC-2" in text


def test_the_panel_offers_filters_values_words_and_records(theirs: Client) -> None:
    assert 'data-fill="severity:"' in theirs.get("/search/suggest/?q=sev").content.decode()
    text = theirs.get("/search/suggest/", {"q": "down severity:s"}).content.decode()
    assert 'data-fill="down severity:sev1 "' in text
    assert 'data-fill="has:screenshot "' in theirs.get("/search/suggest/?q=has:scr").content.decode()
    text = theirs.get("/search/suggest/?q=check").content.decode()
    assert 'data-fill="service:checkout "' in text
    assert 'data-href="/incidents/INC-1/"' in text
    assert "The pool holds forty now." in text


@pytest.mark.parametrize("typed", ["INC-1", "inc1", "inc-1", "1", "#1"])
def test_a_number_that_is_typed_is_offered_first(theirs: Client, outsider: User, typed: str) -> None:
    text = theirs.get("/search/suggest/", {"q": typed}).content.decode()
    first = text.partition('role="option"')[2].partition("</div>")[0]
    assert 'data-href="/incidents/INC-1/"' in first
    assert "Checkout answers 502" in first
    answer = theirs.get("/api/v1/suggest/", {"q": typed}, headers=bearer(outsider, "read")).json()
    assert answer["suggestions"][0] == {
        "kind": "number",
        "text": "INC-1",
        "label": "INC-1",
        "hint": "Checkout answers 502",
        "url": "http://testserver/incidents/INC-1/",
    }


@pytest.mark.parametrize("typed", ["INC-{}", "inc{}", "{}"])
def test_a_hidden_number_is_like_one_that_is_not_given_out(theirs: Client, typed: str) -> None:
    answers = []
    for number in ("2", "7"):
        asked = typed.format(number)
        text = theirs.get("/search/suggest/", {"q": asked}).content.decode()
        answers.append(text.replace(f"q={asked}", "q=…").replace(f">{asked}<", ">…<"))
    assert answers[0] == answers[1]
    assert "INC-2" not in answers[0]


@pytest.mark.parametrize("typed", ["sev1", "checkout 1", "inc", "1.", "99999999999"])
def test_a_number_among_other_words_is_no_record(theirs: Client, outsider: User, typed: str) -> None:
    answer = theirs.get("/api/v1/suggest/", {"q": typed}, headers=bearer(outsider, "read")).json()
    assert "number" not in {each["kind"] for each in answer["suggestions"]}


@pytest.mark.parametrize("text", ["", " ", "?", '"open', "service:", "-", "(", "%", "x" * 3000, "a\nb", "is:", "in:"])
def test_the_panel_takes_anything(theirs: Client, text: str) -> None:
    assert theirs.get("/search/suggest/", {"q": text}).status_code == 200


def test_the_help_names_every_filter(theirs: Client) -> None:
    text = theirs.get("/search/help/").content.decode()
    for name in ("service:", "severity:", "status:", "tag:", "cause:", "has:", "is:", "by:", "after:", "in:", "lang:"):
        assert name in text


def test_results_come_as_json(theirs: Client) -> None:
    answer = theirs.get("/search/", {"q": "checkout", "format": "json"})
    found = json.loads(answer.content)
    assert [result["number"] for result in found["results"]] == ["INC-1"]
    assert found["results"][0]["url"] == "http://testserver/incidents/INC-1/"
    assert found["results"][0]["fix"] == "The pool holds forty now."
    assert found["next"] is None


def test_results_come_as_markdown(theirs: Client) -> None:
    text = theirs.get("/search/", {"q": "checkout", "format": "md"}).content.decode()
    assert "- [INC-1 Checkout answers 502](http://testserver/incidents/INC-1/)" in text
    assert "  Fix: The pool holds forty now." in text


def test_facets_take_a_filter_on_and_off(theirs: Client) -> None:
    text = theirs.get("/search/", {"q": "checkout"}).content.decode()
    assert "q=checkout+lang%3Apython" in text
    text = theirs.get("/search/", {"q": "checkout severity:<=sev2"}).content.decode()
    assert "q=checkout+severity%3Asev1" in text


def test_explaining_shows_the_weights(theirs: Client) -> None:
    assert "<dt>feedback</dt>" in theirs.get("/search/?q=checkout&explain=1").content.decode()
    assert "<dt>feedback</dt>" not in theirs.get("/search/?q=checkout").content.decode()


def test_the_api_explains_too(theirs: Client, outsider: User) -> None:
    answer = theirs.get("/api/v1/search/?q=checkout&explain=1", headers=bearer(outsider, "read")).json()
    assert set(answer["results"][0]["explain"]) == {"match", "proof", "cause", "fix", "service", "age", "feedback"}


def test_what_helped_is_noted_and_thanked_for(theirs: Client, records: tuple[Incident, Incident]) -> None:
    sent = {"kind": "incident", "id": records[0].pk, "terms": "checkout", "helped": "1", "back": "/search/?q=checkout"}
    answer = theirs.post("/search/feedback/", sent, headers=HTMX)
    assert (answer.status_code, b"Thanks" in answer.content) == (200, True)
    # The form stands there still: the focus stays, and a slip of the hand can be put right.
    assert re.search(rb'name="helped" value="1"[^>]* aria-pressed="true"', answer.content)
    assert re.search(rb'name="helped" value="0"[^>]* aria-pressed="false"', answer.content)
    assert b"csrfmiddlewaretoken" in answer.content
    answer = theirs.post("/search/feedback/", {**sent, "helped": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search/?q=checkout")
    assert [(row.terms, row.helped) for row in SearchFeedback.objects.all()] == [("checkout", False)]


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/accounts/logout/", "javascript:1"])
def test_the_way_back_is_a_search(theirs: Client, records: tuple[Incident, Incident], back: str) -> None:
    sent = {"kind": "incident", "id": records[0].pk, "terms": "checkout", "helped": "1", "back": back}
    assert theirs.post("/search/feedback/", sent).headers["Location"] == "/search/"


def test_of_what_is_hidden_nothing_can_be_said(theirs: Client, records: tuple[Incident, Incident]) -> None:
    answers = [
        theirs.post("/search/feedback/", {"kind": kind, "id": pk, "terms": "x", "helped": "1"})
        for kind, pk in (("incident", records[1].pk), ("incident", 10**6), ("nonsense", 1), ("incident", "x"))
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert not SearchFeedback.objects.exists()


def test_the_api_takes_feedback(theirs: Client, outsider: User) -> None:
    sent = {"query": "checkout 502", "number": "inc-1", "helped": True}
    headers = bearer(outsider, "write")
    address = "/api/v1/results/feedback/"
    answer = theirs.post(address, sent, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"number": "INC-1", "helped": True})
    answer = theirs.post(address, {**sent, "number": "INC-2"}, content_type="application/json", headers=headers)
    assert answer.status_code == 404
    read_only = bearer(outsider, "read")
    assert theirs.post(address, sent, content_type="application/json", headers=read_only).status_code == 403


def test_searches_are_kept_for_their_owner_alone(theirs: Client, responder: User) -> None:
    answer = theirs.post("/search/saved/", {"q": "checkout is:open", "name": "Open <b>"})
    assert answer.status_code == 303
    page = theirs.get("/search/").content.decode()
    assert "Open &lt;b&gt;" in page
    assert "/feeds/search.atom?q=checkout%20is%3Aopen" in page
    row = SavedSearch.objects.get()
    other = client_of(responder)
    assert "Open &lt;b&gt;" not in other.get("/search/").content.decode()
    assert other.post(f"/search/saved/{row.pk}/remove/").status_code == 404
    assert theirs.post(f"/search/saved/{row.pk}/remove/").status_code == 303
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("sent", [{"q": ""}, {"q": "a\nb"}, {"q": "x" * 500}, {"q": "x", "name": "n" * 101}])
def test_what_cannot_be_kept_is_said(theirs: Client, sent: dict[str, str]) -> None:
    answer = theirs.post("/search/saved/", sent, follow=True)
    assert answer.status_code == 200
    assert not SavedSearch.objects.exists()


def test_the_same_name_takes_the_new_query(theirs: Client) -> None:
    for query in ("disk", "disk full"):
        theirs.post("/search/saved/", {"q": query, "name": "Disks"})
    assert [row.query for row in SavedSearch.objects.all()] == ["disk full"]


def test_similar_incidents_come_with_their_answer(theirs: Client) -> None:
    trace = "Traceback (most recent call last):\n  File 'a.py', line 7\npool.PoolExhaustedError: size=99\n"
    for sent in ({"title": "Checkout broken"}, {"title": "", "summary": trace}):
        text = theirs.post("/search/similar/", sent, headers=HTMX).content.decode()
        assert "Checkout answers 502" in text
        assert "The pool holds forty now." in text
        assert "Both have" in text


def test_nothing_is_similar_to_two_letters(theirs: Client) -> None:
    assert "appear here" in theirs.get("/search/similar/?title=ch", headers=HTMX).content.decode()


def test_a_record_has_others_like_it_but_not_itself(theirs: Client, index: Callable[[], None], responder: User) -> None:
    make_incident(responder, title="Checkout answers 503")
    index()
    text = theirs.get("/search/similar/?to=INC-1", headers=HTMX).content.decode()
    assert "Checkout answers 503" in text
    assert "INC-1<" not in text
    for hidden in ("INC-2", "INC-999", "nonsense"):
        assert theirs.get(f"/search/similar/?to={hidden}").status_code == 404
    assert "/search/similar/?to=INC-1" in theirs.get("/incidents/INC-1/").content.decode()
