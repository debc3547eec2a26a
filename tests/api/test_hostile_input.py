"""Input that a database would refuse: each gets its status and names its field, on both databases, never a 500."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from incidents.models import Incident, TimelineEntry
from postmortems.models import Evidence
from tests.api.conftest import Script
from tests.support.personas import bearer
from tests.support.records import make_incident

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/incidents/"
ODD = ["a\x00", "\ud800", ""]


def sent(responder: User, method: str, path: str, body: Any) -> tuple[int, Any]:
    """Like `Script.send`, but half characters go out as JSON spells them."""
    request = getattr(Client(raise_request_exception=False), method)
    answer = request(path, json.dumps(body), content_type="application/json", headers=bearer(responder))
    return answer.status_code, answer.json()


@pytest.mark.parametrize("name", ODD, ids=ascii)
@pytest.mark.parametrize("field", ["people", "teams", "lead"])
def test_names_that_no_row_can_have_are_unknown(responder: User, field: str, name: str) -> None:
    given = name if field == "lead" else [name]
    status, body = sent(responder, "post", ROOT, {"title": "x", field: given})
    assert (status, list(body["error"]["fields"])) == (422, [field])
    assert not Incident.objects.exists()


@pytest.mark.parametrize("field", ["people", "teams"])
def test_too_many_names_are_refused(script: Script, field: str) -> None:
    status, body = script.post(ROOT, {"title": "x", field: [str(n) for n in range(300_000)]})
    assert (status, body["error"]["fields"][field]) == (422, "300,000 given; the limit is 50.")


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_an_owner_that_no_account_can_be_is_unknown(responder: User, name: str) -> None:
    make_incident(responder)
    status, body = sent(responder, "post", f"{ROOT}1/actions/", {"title": "x", "owner": name})
    assert (status, list(body["error"]["fields"])) == (422, ["owner"])


def test_a_reason_is_cleaned(responder: User) -> None:
    make_incident(responder)
    change = {"version": 1, "status": "closed", "reason": "a\x00b \ud800"}
    assert sent(responder, "patch", f"{ROOT}1/", change)[0] == 200
    assert TimelineEntry.objects.latest("pk").data["reason"] == "a\ufffdb \ufffd"


def test_a_reason_without_a_word_is_none(responder: User) -> None:
    make_incident(responder)
    status, body = sent(responder, "patch", f"{ROOT}1/", {"version": 1, "status": "closed", "reason": " \n"})
    assert (status, list(body["error"]["fields"])) == (422, ["reason"])


def test_an_external_id_of_another_is_refused(script: Script, responder: User) -> None:
    make_incident(responder)
    make_incident(responder, external_id="jira-1")
    status, body = script.patch(f"{ROOT}1/", {"version": 1, "title": "Other", "external_id": "jira-1"})
    assert (status, list(body["error"]["fields"])) == (422, ["external_id"])
    assert Incident.objects.get(number=1).title == "Checkout answers 502"


def test_a_tag_is_measured_in_lower_case(script: Script) -> None:
    """This letter has two in lower case."""
    status, body = script.post(ROOT, {"title": "x", "tags": ["\u0130" * 40]})
    assert (status, body["error"]["fields"]["tags"]) == (422, "Tag has 80 characters; the limit is 60.")


def test_proofs_come_in_portions(script: Script, responder: User) -> None:
    make_incident(responder)
    proof = {"method": "test", "claim": "It holds"}
    status, body = script.patch(f"{ROOT}1/postmortem/", {"evidence": [proof] * 51})
    assert (status, list(body["error"]["fields"])) == (422, ["evidence"])
    assert not Evidence.objects.exists()


def test_keys_of_full_length_are_told_apart(script: Script) -> None:
    first, second = ({"Idempotency-Key": "k" * 195 + end} for end in "12")
    assert script.post(ROOT, {"title": "One"}, **first)[0] == 201
    assert script.post(ROOT, {"title": "Two"}, **second)[0] == 201
    assert script.post(ROOT, {"title": "Three"}, **{"Idempotency-Key": "k" * 197})[0] == 422
    assert Incident.objects.count() == 2
