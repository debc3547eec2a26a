"""A word that stands only in a private record gives an outsider the answer of a word that stands nowhere."""

import re
from collections.abc import Callable
from statistics import median
from time import perf_counter

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from incidents.services.update import update
from search.results import find, glance, similar
from search.suggesting import suggest
from tests.search.real import full_incident, index
from tests.support.personas import bearer, client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import make_entry, make_incident, make_step
from tests.support.web import HTMX

__all__ = ["index"]

SECRET, UNKNOWN = "quetzalcoatl", "zoxanthellae"
# The same slip in both.
NEARLY = {SECRET: "quetzalcoatk", UNKNOWN: "zoxanthellak"}
PAGES = [
    "/search/?q={}",
    "/search/?q={}&format=json",
    "/search/?q={}&format=md",
    "/search/?q=checkout+{}",
    "/search/?q=checkout+-{}",
    "/search/?q=%22{}%22+or+checkout",
    "/search/?q=service:{}-api",
    "/search/?q=tag:{}",
    "/search/?q=error:{}",
    "/search/?q={}+in:title",
    "/search/?q=checkout+{}&explain=1",
    "/search/?q={}&explain=1&format=json",
    "/search/suggest/?q={}",
    "/search/suggest/?q=tag:{}",
    "/search/similar/?title={}",
    "/feeds/search.atom?q={}",
    "/incidents/?q={}",
    "/api/v1/search/?q={}",
    "/api/v1/search/?q=checkout+{}",
    "/api/v1/suggest/?q={}",
]
# Clocks and tokens differ from answer to answer.
_DIFFERS = re.compile(
    r'\d+(?:\.\d+)? ms|"took_ms": ?[\d.]+|name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"'
    r"|<updated>[^<]*</updated>|value=\"[0-9a-f-]{20,}\""
)


@pytest.fixture
def theirs(index: Callable[[], None], responder: User, outsider: User) -> Client:
    """An outsider's browser: one public record, and one private with the word in every place."""
    public = full_incident(responder)
    make_postmortem(responder, public, root_cause="Ten connections were too few.")
    private = make_incident(
        responder,
        title=f"The {SECRET} checkout leaks",
        summary=SECRET,
        is_private=True,
        services=[f"{SECRET}-api"],
        tags=[SECRET],
    )
    make_entry(private, responder, SECRET)
    make_step(private, responder, SECRET)
    make_postmortem(responder, private, root_cause=SECRET)
    index()
    return client_of(outsider)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("shorten", [str, lambda word: word[:6], NEARLY.__getitem__], ids=["whole", "begun", "slip"])
def test_every_answer_is_that_of_an_unknown_word(
    theirs: Client, outsider: User, address: str, shorten: Callable[[str], str]
) -> None:
    headers = bearer(outsider, "read") if "/api/" in address else HTMX
    answers = []
    for word in map(shorten, (SECRET, UNKNOWN)):
        answer = theirs.get(address.format(word), headers=headers)
        text = _DIFFERS.sub("", answer.content.decode()).replace(word, "…")
        answers.append((answer.status_code, text))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert SECRET not in answers[0][1]


def test_a_pasted_text_is_compared_with_what_may_be_seen(theirs: Client, outsider: User) -> None:
    answers = []
    for word in (SECRET, UNKNOWN):
        trace = f"Traceback (most recent call last):\n  File 'a.py', line 1, in f\n{word}.LeakError: {word} leaks\n"
        sent = {"text": trace}
        headers = bearer(outsider, "read")
        answer = theirs.post("/api/v1/search/similar/", sent, content_type="application/json", headers=headers)
        form = theirs.post("/search/similar/", {"title": word, "summary": trace}, headers=HTMX)
        answers.append(_DIFFERS.sub("", answer.content.decode() + form.content.decode()).replace(word, "…"))
    assert answers[0] == answers[1]


def test_what_is_like_an_open_record_are_records_that_may_be_seen(
    theirs: Client, outsider: User, index: Callable[[], None]
) -> None:
    """The panel on an incident's page, of one that has the word of a private one as its title."""
    incident = make_incident(outsider, title="Not yet")
    answers = []
    for word in (SECRET, UNKNOWN):
        update(incident=incident, by=outsider, now=timezone.now(), version=None, fields={"title": f"{word} checkout"})
        index()
        panel = theirs.get(f"/search/similar/?to={incident.label}", headers=HTMX).content.decode()
        answers.append(_DIFFERS.sub("", panel).replace(word, "…"))
    assert answers[0] == answers[1]
    assert "INC-1" in answers[0]
    assert "INC-2" not in answers[0]


def test_a_record_that_is_hidden_is_like_nothing(theirs: Client) -> None:
    """INC-2 is private, INC-9 does not exist."""
    hidden, absent = (theirs.get(f"/search/similar/?to={label}", headers=HTMX) for label in ("INC-2", "INC-9"))
    assert (hidden.status_code, _DIFFERS.sub("", hidden.content.decode())) == (
        absent.status_code,
        _DIFFERS.sub("", absent.content.decode()),
    )
    assert hidden.status_code == 404


def test_it_is_found_by_those_who_may_see_it(theirs: Client, responder: User) -> None:
    """Or the tests above would pass without an index."""
    assert [r.hit.number for r in find(responder, SECRET).results] == ["INC-2"]
    assert find(responder, NEARLY[SECRET]).did_you_mean == SECRET
    assert any(SECRET in each.label for each in suggest(responder, SECRET[:6]))


@pytest.mark.parametrize("ask", [find, glance, similar], ids=lambda ask: str(ask.__name__))
def test_an_answer_takes_as_long(theirs: Client, outsider: User, ask: Callable[[User, str], object]) -> None:
    """Gross leaks only: the medians differ by less than half, taken in turns so that a busy machine slows both."""
    took: dict[str, list[float]] = {SECRET: [], UNKNOWN: []}
    for _ in range(40):
        for word, times in took.items():
            begin = perf_counter()
            ask(outsider, word)
            times.append(perf_counter() - begin)
    hidden, absent = median(took[SECRET]), median(took[UNKNOWN])
    assert abs(hidden - absent) < 0.5 * max(hidden, absent) + 0.002


def test_saved_searches_say_nothing_of_it(theirs: Client, responder: User, index: Callable[[], None]) -> None:
    for word in (SECRET, UNKNOWN):
        theirs.post("/search/saved/", {"q": word, "name": word})
    pages = {}
    for row in theirs.get("/search/").context["saved"]:
        theirs.post(f"/search/saved/{row.pk}/tell/", {"tells": "1"})
        pages[row.name] = f"/search/saved/{row.pk}/"
    make_incident(responder, title=f"{SECRET} once more", is_private=True, now=timezone.now())
    index()
    # What was said of the ticks is read away.
    theirs.get("/search/")
    texts = [
        _DIFFERS.sub("", theirs.get(pages[word]).content.decode()).replace(word, "…").replace(pages[word], "")
        for word in (SECRET, UNKNOWN)
    ]
    assert texts[0] == texts[1]
    assert "1 new" not in theirs.get("/search/").content.decode()
