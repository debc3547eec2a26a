"""Search over the API."""

import pytest

from accounts.models import User
from search.indexing import drain
from tests.api.conftest import Script
from tests.support.records import make_entry, make_incident

pytestmark = pytest.mark.django_db
SEARCH = "/api/v1/search/"


def test_answer_has_what_broke_and_where_it_matched(script: Script, responder: User) -> None:
    incident = make_incident(responder, services=["Edge"], severity="sev1", external_id="x-1")
    entry = make_entry(incident, responder, "The gateway returns xyzzy_timeout")
    drain()
    status, body = script.get(f"{SEARCH}?q=xyzzy_timeout")
    (result,) = body["results"]
    assert (status, body["count"], body["count_is_exact"]) == (200, 1, True)
    assert (result["number"], result["severity"], result["services"], result["external_id"]) == (
        "INC-1",
        "sev1",
        ["Edge"],
        "x-1",
    )
    assert result["url"] == "http://testserver/incidents/INC-1/"
    assert [(h["anchor"], "<mark>xyzzy_timeout</mark>" in h["html"]) for h in result["highlights"]] == [
        (f"#entry-{entry.pk}", True)
    ]
    assert "xyzzy_timeout" in result["why"]
    assert body["facets"]["severity"] == [{"value": "sev1", "count": 1}]


def test_read_scope_may_paste(responder: User) -> None:
    make_incident(responder, title="panic: send on closed channel")
    drain()
    reader = Script(responder, "read")
    status, body = reader.post(
        f"{SEARCH}similar/", {"text": "panic: send on closed channel\n\ngoroutine 9127 [running]:"}
    )
    assert (status, [row["number"] for row in body["results"]]) == (200, ["INC-1"])


def test_private_word_answers_as_unknown_word(script: Script, outsider: User, responder: User) -> None:
    make_incident(responder, title="Quokka breach", is_private=True)
    drain()
    other = Script(outsider)
    hidden, unknown = other.get(f"{SEARCH}?q=quokka")[1], other.get(f"{SEARCH}?q=wombat")[1]
    for answer in (hidden, unknown):
        answer.pop("took_ms")
    assert hidden == unknown
    assert script.get(f"{SEARCH}?q=quokka")[1]["count"] == 1


@pytest.mark.parametrize(
    ("query", "status"), [("limit=0", 422), ("limit=101", 422), ("cursor=-1", 400), ("sort=x", 400)]
)
def test_bad_parameters(script: Script, query: str, status: int) -> None:
    assert script.get(f"{SEARCH}?q=x&{query}")[0] == status


def test_more_than_a_megabyte(script: Script) -> None:
    status, body = script.post(f"{SEARCH}similar/", {"text": "x" * 1_100_000})
    assert (status, list(body["error"]["fields"])) == (413, ["text"])


@pytest.mark.parametrize(
    "query", ["", "%00", "%22", "-", "service:", "AND OR NOT", "(((", "%F0%9F%92%A9", "*", "inc-0"]
)
def test_odd_queries_are_answered(script: Script, query: str) -> None:
    assert script.get(f"{SEARCH}?q={query}")[0] in {200, 400}
