"""Postmortems and action items over the API."""

from typing import Any

import pytest

from accounts.models import User
from incidents.services.snippets import add_snippet
from postmortems.models import Postmortem
from postmortems.services.begin import begin, begun
from postmortems.services.revise import revise
from tests.api.conftest import Script
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db
PLACE = "/api/v1/incidents/INC-1/postmortem/"
WRITTEN = {"root_cause": "The pool was empty.", "fix": "Raised the limit.", "verification": "Load test passes."}
PROOF = {"method": "test", "claim": "pool_test fails without the change"}


@pytest.fixture(autouse=True)
def incident(responder: User) -> Any:
    return make_incident(responder)


def test_nothing_is_begun_by_reading(script: Script) -> None:
    status, body = script.get(PLACE)
    assert (status, body["status"], body["version"]) == (200, "none", 0)
    assert not Postmortem.objects.exists()


@pytest.mark.parametrize("body", [WRITTEN, {"sections": WRITTEN}, {"version": 0, "sections": WRITTEN}])
def test_first_patch_begins_it(script: Script, body: dict[str, Any]) -> None:
    status, answer = script.patch(PLACE, body)
    assert (status, answer["status"], answer["missing"]) == (200, "draft", ["evidence"])
    assert answer["sections"]["root_cause"] == "The pool was empty."


def test_refused_without_proof_then_published(script: Script) -> None:
    assert script.post(f"{PLACE}publish/")[1]["missing"] == ["root_cause", "fix", "verification", "evidence"]
    script.patch(PLACE, WRITTEN)
    status, body = script.post(f"{PLACE}publish/")
    assert (status, body["missing"], body["error"]["code"]) == (409, ["evidence"], "conflict")
    script.patch(PLACE, {"evidence": [PROOF]})
    status, body = script.post(f"{PLACE}publish/")
    assert (status, body["status"], body["verified"], body["published_by"]) == (
        200,
        "published",
        "verified",
        "responder",
    )


def test_waiver_stands_in_for_proof(script: Script) -> None:
    script.patch(PLACE, {**WRITTEN, "waiver_reason": "The vendor fixed it on their side."})
    status, body = script.post(f"{PLACE}publish/")
    assert (status, body["verified"]) == (200, "waived")


def test_failed_proof_is_none(script: Script) -> None:
    script.patch(PLACE, {**WRITTEN, "evidence": [{**PROOF, "result": "failed"}]})
    assert script.post(f"{PLACE}publish/")[0] == 409


def test_stale_version(script: Script) -> None:
    _, body = script.patch(PLACE, WRITTEN)
    script.patch(PLACE, {"version": body["version"], "fix": "Better"})
    status, answer = script.patch(PLACE, {"version": body["version"], "fix": "Worse"})
    assert (status, answer["current"]["sections"]["fix"]) == (409, "Better")


def test_of_two_who_begin_it_at_once_the_second_is_told(
    script: Script, incident: Any, outsider: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their row comes to be after ours was looked for."""

    def late(**options: Any) -> Any:
        row = begin(incident=incident, by=outsider, now=NOW)
        revise(postmortem=row, by=outsider, now=NOW, version=None, fields={"sections": {"fix": "Theirs"}})
        return begun(**options)

    monkeypatch.setattr("postmortems.api.postmortem.begun", late)
    status, answer = script.patch(PLACE, {"version": 0, "fix": "Ours"})
    assert (status, answer["error"]["code"]) == (409, "conflict")
    status, answer = script.patch(PLACE, {"fix": "Ours"})
    assert (status, answer["sections"]["fix"]) == (200, "Ours")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"waiver_reason": "x" * 2_001}, "waiver_reason"),
        ({"sections": {"blame": "x"}}, "blame"),
        ({"sections": {"fix": "x" * 200_001}}, "fix"),
        ({"conclusion": "x"}, "conclusion"),
        ({"evidence": [{"method": "hope", "claim": "x"}]}, "method"),
        ({"evidence": [{"method": "test"}]}, "claim"),
        ({"evidence": [{**PROOF, "snippet": 99}]}, "snippet"),
        ({"evidence": [{**PROOF, "id": 99}]}, "evidence"),
        ({"factors": [{"category": "person", "text": "x"}]}, "factors"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(script: Script, body: dict[str, Any], field: str) -> None:
    status, answer = script.patch(PLACE, body)
    assert status == 422
    assert field in answer["error"]["fields"]
    assert not Postmortem.objects.exists()


def test_proof_shows_a_snippet(script: Script, incident: Any, responder: User) -> None:
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="1 passed")
    _, body = script.patch(
        PLACE,
        {"evidence": [{**PROOF, "snippet": snippet.pk}], "factors": [{"category": "test", "text": "No load test"}]},
    )
    assert body["evidence"][0]["snippet"] == snippet.pk
    assert [(factor["category"], factor["text"]) for factor in body["factors"]] == [("test", "No load test")]


def test_viewer_and_outsider(script: Script, viewer: User, outsider: User, responder: User) -> None:
    make_incident(responder, is_private=True)
    assert Script(viewer, "read").patch(PLACE, WRITTEN)[0] == 403
    assert Script(outsider).get(PLACE.replace("INC-1", "INC-2"))[0] == 404
    assert Script(outsider).post(PLACE.replace("INC-1", "INC-2") + "publish/")[0] == 404


def test_actions(script: Script, outsider: User, responder: User) -> None:
    status, body = script.post(
        "/api/v1/incidents/INC-1/actions/",
        {"title": "Alert on the pool", "kind": "detect", "owner": "responder", "due_on": "2026-04-01"},
    )
    assert (status, body["incident"], body["state"]) == (201, "INC-1", "open")
    place = f"/api/v1/actions/{body['id']}/"
    assert script.patch(place, {"state": "wont_do"})[1]["error"]["fields"].keys() == {"reason"}
    status, body = script.patch(place, {"state": "done", "proof": "Alert fired in the drill", "version": 1})
    assert (status, body["state"], body["done_at"] is not None) == (200, "done", True)
    assert script.patch(place, {"state": "open", "version": 1})[0] == 409
    assert script.get("/api/v1/actions/?owner=me&state=done")[1]["count"] == 1
    assert script.get("/api/v1/actions/?state=finished")[0] == 422
    assert script.patch(place, {"owner": "nobody"})[1]["error"]["fields"] == {"owner": "Unknown: nobody."}


def test_actions_of_private_incidents_are_hidden(script: Script, outsider: User, responder: User) -> None:
    make_incident(responder, is_private=True)
    _, body = script.post("/api/v1/incidents/INC-2/actions/", {"title": "Secret"})
    other = Script(outsider)
    assert other.get("/api/v1/actions/")[1]["count"] == 0
    assert other.patch(f"/api/v1/actions/{body['id']}/", {"title": "x"})[0] == 404
