"""The record over the API, as scripts use it."""

import io
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from accounts.models import Scope, Team, User
from incidents.models import Incident
from tests.api.conftest import Script
from tests.support.personas import bearer
from tests.support.records import make_incident, make_step

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/incidents/"


class TestTokens:
    def test_none(self, db: None) -> None:
        response = Client().get(ROOT)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "unauthorized"

    def test_in_the_address_is_no_token(self, responder: User) -> None:
        secret = bearer(responder)["Authorization"].split()[1]
        assert Client().get(f"{ROOT}?token={secret}").status_code == 401

    def test_session_is_no_token(self, responder_client: Client) -> None:
        assert responder_client.get(ROOT).status_code == 401
        assert responder_client.post(ROOT, {"title": "x"}, content_type="application/json").status_code == 401

    def test_wrong_ones_are_slowed(self, db: None) -> None:
        client = Client()
        answers = [client.get(ROOT, headers={"Authorization": f"Bearer hst_{i:043}"}) for i in range(32)]
        assert {answer.status_code for answer in answers[:30]} == {401}
        assert answers[-1].status_code == 429
        assert answers[-1]["Retry-After"] == "60"

    @pytest.mark.parametrize(
        ("scope", "reading", "writing"), [("read", 200, 403), ("write", 200, 201), ("hook", 403, 403)]
    )
    def test_scopes(self, responder: User, scope: str, reading: int, writing: int) -> None:
        script = Script(responder, scope)
        assert script.get(ROOT)[0] == reading
        assert script.post(ROOT, {"title": "x"})[0] == writing

    def test_viewer_may_read_only(self, viewer: User) -> None:
        assert Script(viewer, "read").get(ROOT)[0] == 200
        assert Script(viewer, Scope.READ).post(ROOT, {"title": "x"})[0] == 403

    def test_me(self, script: Script) -> None:
        status, body = script.get("/api/v1/me/")
        assert (status, body["username"], body["scope"]) == (200, "responder", "write")

    def test_wrong_method_is_told_like_every_error(self, script: Script) -> None:
        status, body = script.send("delete", ROOT)
        assert (status, body["error"]["code"]) == (405, "method_not_allowed")
        assert body["error"]["message"] == "DELETE is not possible here; use GET, POST."


class TestDeclare:
    def test_title_alone(self, script: Script) -> None:
        status, body = script.post(ROOT, {"title": "Checkout answers 502"})
        assert status == 201
        assert (body["number"], body["version"], body["status"]) == ("INC-1", 1, "investigating")
        assert body["url"] == "http://testserver/incidents/INC-1/"

    def test_everything(self, script: Script, responder: User, team: Team) -> None:
        fields = {
            "title": "DNS", "summary": "It was DNS", "severity": "sev1", "kind": "near_miss", "services": ["Edge"],
            "tags": ["dns"], "is_private": True, "people": ["responder"], "teams": ["storage"], "lead": "responder",
            "started_at": "2026-03-01T14:05:00+01:00", "detected_at": "2026-03-01T13:10:00Z",
            "resolved_at": "2026-03-01T14:00:00Z", "detected_by": "alert", "external_id": "x-1",
        }  # fmt: skip
        status, body = script.post(ROOT, fields)
        assert status == 201
        assert (body["status"], body["seconds_to_resolve"], body["lead"]) == ("resolved", 3300, "responder")
        assert body["started_at"] == "2026-03-01T13:05:00Z"

    @pytest.mark.parametrize(
        ("body", "field", "part"),
        [
            ({}, "title", "required"),
            ({"title": ""}, "title", "empty"),
            ({"title": "x" * 10_000}, "title", "10,000 characters; the limit is 200"),
            ({"title": "x", "sevrity": "sev1"}, "sevrity", "Unknown field"),
            ({"title": "x", "is_superuser": True}, "is_superuser", "Unknown field"),
            ({"title": "x", "severity": "sev0"}, "severity", "sev1"),
            ({"title": "x", "severity": None}, "severity", "string"),
            ({"title": "x", "started_at": "2026-03-01T14:05:00"}, "started_at", "needs a time zone"),
            ({"title": "x", "started_at": 1772373900}, "started_at", "ISO 8601"),
            (
                {"title": "x", "started_at": "2026-03-01T14:05:00Z", "resolved_at": "2026-03-01T14:00:00Z"},
                "resolved_at",
                "before",
            ),
            ({"title": "x", "lead": "nobody"}, "lead", "Unknown: nobody"),
            ({"title": 7}, "title", "string"),
        ],
    )
    def test_bad_fields_are_named(self, script: Script, body: dict[str, Any], field: str, part: str) -> None:
        status, answer = script.post(ROOT, body)
        assert status == 422
        assert part in answer["error"]["fields"][field]
        assert not Incident.objects.exists()

    @pytest.mark.parametrize(
        "raw",
        [b"", b"[]", b"{", b'{"title": NaN}', b'{"title": "a", "title": "b"}', b"[" * 100_000, b"\xff", b"1" * 5000],
    )
    def test_bad_json(self, script: Script, raw: bytes) -> None:
        response = script.client.post(ROOT, raw, content_type="application/json", headers=script.headers)
        assert response.status_code in {400, 422}
        assert set(response.json()["error"]) == {"code", "message", "fields"}

    def test_nul_is_replaced(self, script: Script) -> None:
        assert script.post(ROOT, {"title": "a\x00b"})[1]["title"] == "a\ufffdb"

    def test_external_id_twice(self, script: Script) -> None:
        script.post(ROOT, {"title": "x", "external_id": "e"})
        status, body = script.post(ROOT, {"title": "x", "external_id": "e"})
        assert status == 422
        assert "external_id" in body["error"]["fields"]


class TestIdempotency:
    def test_same_key_acts_once(self, script: Script) -> None:
        answers = [script.post(ROOT, {"title": "x"}, **{"Idempotency-Key": "k"}) for _ in range(5)]
        assert {(status, body["number"]) for status, body in answers} == {(201, "INC-1")}
        assert Incident.objects.count() == 1

    def test_same_key_for_another_body(self, script: Script) -> None:
        script.post(ROOT, {"title": "x"}, **{"Idempotency-Key": "k"})
        assert script.post(ROOT, {"title": "y"}, **{"Idempotency-Key": "k"})[0] == 422

    def test_key_is_per_person(self, script: Script, outsider: User) -> None:
        script.post(ROOT, {"title": "x"}, **{"Idempotency-Key": "k"})
        assert Script(outsider).post(ROOT, {"title": "x"}, **{"Idempotency-Key": "k"})[1]["number"] == "INC-2"

    def test_failed_attempt_keeps_nothing(self, script: Script) -> None:
        assert script.post(ROOT, {"title": ""}, **{"Idempotency-Key": "k"})[0] == 422
        assert script.post(ROOT, {"title": "x"}, **{"Idempotency-Key": "k"})[0] == 201


class TestList:
    def test_filters(self, script: Script, responder: User) -> None:
        make_incident(responder, title="One", severity="sev1", services=["Edge"], tags=["dns"])
        make_incident(responder, title="Two", severity="sev2", kind="near_miss")
        cases = {
            "severity=sev1": "One",
            "severity=sev2,sev4": "Two",
            "service=edge": "One",
            "tag=DNS": "One",
            "q=two": "Two",
            "kind=real": "One",
        }
        for query, title in cases.items():
            _, body = script.get(f"{ROOT}?{query}")
            assert [row["title"] for row in body["results"]] == [title], query

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("order_by=password", 400),
            ("severity=bad", 422),
            ("limit=0", 422),
            ("limit=9999", 422),
            ("after=2026-01-01T00:00:00", 422),
            ("cursor=xx", 400),
        ],
    )
    def test_bad_parameters(self, script: Script, query: str, status: int) -> None:
        assert script.get(f"{ROOT}?{query}")[0] == status

    def test_cursor_walks_over_all(self, script: Script, responder: User) -> None:
        for _ in range(5):
            make_incident(responder)
        seen, path = [], f"{ROOT}?limit=2"
        while path:
            _, body = script.get(path)
            assert body["count"] == 5
            seen += [row["number"] for row in body["results"]]
            path = body["next"]
        assert seen == ["INC-5", "INC-4", "INC-3", "INC-2", "INC-1"]

    def test_same_queries_for_one_and_many(
        self, script: Script, responder: User, django_assert_num_queries: Any
    ) -> None:
        make_incident(responder, services=["a"], tags=["a"])
        script.get(ROOT)
        with django_assert_num_queries(8) as few:
            script.get(ROOT)
        for _ in range(20):
            make_incident(responder, services=["a"], tags=["a"])
        with django_assert_num_queries(len(few)):
            script.get(ROOT)


class TestPrivate:
    def test_hidden_answers_as_unknown(self, script: Script, outsider: User, responder: User) -> None:
        make_incident(responder, is_private=True)
        other = Script(outsider)
        hidden = [
            other.get(f"{ROOT}INC-1/"),
            other.patch(f"{ROOT}INC-1/", {"version": 1}),
            other.post(f"{ROOT}INC-1/entries/", {"body": "x"}),
        ]
        unknown = [
            other.get(f"{ROOT}INC-99/"),
            other.patch(f"{ROOT}INC-99/", {"version": 1}),
            other.post(f"{ROOT}INC-99/entries/", {"body": "x"}),
        ]
        assert hidden == unknown
        assert hidden[0][0] == 404
        assert other.get(ROOT)[1]["count"] == 0
        assert script.get(f"{ROOT}inc-1/")[0] == 200

    def test_a_service_of_hidden_incidents_alone_is_unknown(
        self, script: Script, outsider: User, responder: User
    ) -> None:
        make_incident(responder, is_private=True, services=["merger-portal"])
        make_incident(responder, services=["shop"])
        names = [row["name"] for row in script.get("/api/v1/services/")[1]["results"]]
        assert names == ["merger-portal", "shop"]
        status, body = Script(outsider).get("/api/v1/services/")
        assert (status, body["count"], [row["name"] for row in body["results"]]) == (200, 1, ["shop"])


class TestChange:
    def test_version_is_needed_and_counted(self, script: Script, responder: User) -> None:
        make_incident(responder)
        assert script.patch(f"{ROOT}INC-1/", {"title": "New"})[1]["error"]["fields"] == {
            "version": "This field is required."
        }
        status, body = script.patch(f"{ROOT}INC-1/", {"version": 1, "title": "New", "services": ["Edge"]})
        assert (status, body["version"], body["services"]) == (200, 2, ["Edge"])

    def test_stale_gets_the_current_record(self, script: Script, responder: User) -> None:
        make_incident(responder)
        script.patch(f"{ROOT}INC-1/", {"version": 1, "title": "First"})
        status, body = script.patch(f"{ROOT}INC-1/", {"version": 1, "title": "Second"})
        assert (status, body["current"]["title"], body["current"]["version"]) == (409, "First", 2)

    def test_status_forward_and_back(self, script: Script, responder: User) -> None:
        make_incident(responder)
        status, body = script.patch(f"{ROOT}INC-1/", {"version": 1, "status": "resolved"})
        assert (status, body["status"]) == (200, "resolved")
        status, body = script.patch(f"{ROOT}INC-1/", {"version": 2, "status": "investigating"})
        assert (status, list(body["error"]["fields"])) == (422, ["reason"])
        status, body = script.patch(f"{ROOT}INC-1/", {"version": 2, "status": "investigating", "reason": "Back again"})
        assert (status, body["resolved_at"]) == (200, None)


class TestParts:
    def test_entry(self, script: Script, responder: User) -> None:
        make_incident(responder)
        status, body = script.post(
            f"{ROOT}INC-1/entries/", {"body": "Rolled back", "kind": "fix", "at": "2026-03-01T14:20:00Z"}
        )
        assert (status, body["at"], body["author"]) == (201, "2026-03-01T14:20:00Z", "responder")
        assert body["url"].endswith(f"/incidents/INC-1/#entry-{body['id']}")
        assert script.get(f"{ROOT}INC-1/entries/")[1]["count"] == 2

    def test_steps_make_a_tree(self, script: Script, responder: User) -> None:
        make_incident(responder)
        _, top = script.post(f"{ROOT}INC-1/steps/", {"hypothesis": "The disk is full"})
        status, below = script.post(f"{ROOT}INC-1/steps/", {"hypothesis": "Logs", "parent": top["id"]})
        assert (status, below["parent"]) == (201, top["id"])
        status, body = script.patch(f"{ROOT}INC-1/steps/{top['id']}/", {"outcome": "confirmed", "version": 1})
        assert (status, body["outcome"]) == (200, "confirmed")
        assert script.patch(f"{ROOT}INC-1/steps/{top['id']}/", {"outcome": "open", "version": 1})[0] == 409
        assert script.patch(f"{ROOT}INC-1/steps/{top['id']}/", {"parent": below["id"]})[0] == 422

    def test_step_of_another_incident(self, script: Script, responder: User) -> None:
        step = make_step(make_incident(responder), responder)
        make_incident(responder)
        assert script.patch(f"{ROOT}INC-2/steps/{step.pk}/", {"outcome": "open"})[0] == 404
        assert script.post(f"{ROOT}INC-2/snippets/", {"code": "x", "step": step.pk})[0] == 422

    def test_snippet(self, script: Script, responder: User) -> None:
        make_incident(responder)
        code = "Traceback (most recent call last):\r\n  File \"a.py\", line 1, in f\r\nKeyError: 'x'\r\n"
        status, body = script.post(f"{ROOT}INC-1/snippets/", {"code": code})
        assert (status, body["code"], body["language"]) == (201, code, "pytb")

    def test_snippet_of_five_megabytes(self, script: Script, responder: User) -> None:
        make_incident(responder)
        assert script.post(f"{ROOT}INC-1/snippets/", {"code": "x" * (5 * 1024 * 1024)})[0] == 201
        status, body = script.post(f"{ROOT}INC-1/snippets/", {"code": "x" * (5 * 1024 * 1024 + 1)})
        assert status == 422
        assert "the limit is 5,242,880" in body["error"]["fields"]["code"]

    def test_attachment(self, script: Script, responder: User) -> None:
        make_incident(responder)
        file = io.BytesIO()
        Image.new("RGB", (30, 20)).save(file, "PNG")
        upload = io.BytesIO(file.getvalue())
        upload.name = "graph.png"
        path = f"{ROOT}INC-1/attachments/"
        response = script.client.post(path, {"file": upload, "caption": "p99"}, headers=script.headers)
        body = response.json()
        assert (response.status_code, body["content_type"], body["size"]) == (201, "image/png", len(file.getvalue()))
        assert body["preview_url"].endswith("/preview/")

    def test_what_is_no_picture_is_stored_without_preview(self, script: Script, responder: User) -> None:
        make_incident(responder)
        upload = io.BytesIO(b"not a picture")
        upload.name = "graph.png"
        response = script.client.post(f"{ROOT}INC-1/attachments/", {"file": upload}, headers=script.headers)
        body = response.json()
        assert (response.status_code, body["preview_url"]) == (201, None)
        assert body["preview_note"].startswith("Stored. No preview:")

    def test_attachment_without_file_or_with_unknown_field(self, script: Script, responder: User) -> None:
        make_incident(responder)
        response = script.client.post(f"{ROOT}INC-1/attachments/", {"caption": "x"}, headers=script.headers)
        assert (response.status_code, list(response.json()["error"]["fields"])) == (422, ["file"])
        upload = io.BytesIO(b"x")
        upload.name = "a.txt"
        response = script.client.post(
            f"{ROOT}INC-1/attachments/", {"file": upload, "sha256": "0"}, headers=script.headers
        )
        assert response.json()["error"]["fields"] == {"sha256": "Unknown field."}

    def test_log_note(self, script: Script, responder: User) -> None:
        make_incident(responder)
        status, body = script.post(f"{ROOT}INC-1/log-notes/", {"verdict": "misleading", "line": "connection reset"})
        assert (status, body["verdict"]) == (201, "misleading")


def test_openapi_describes_every_call(db: None) -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/incidents/", "/api/v1/incidents/{number}/steps/{pk}/", "/api/v1/me/"} <= set(paths)


def test_unknown_address_has_the_same_shape(script: Script) -> None:
    status, body = script.get("/api/v1/nothing/")
    assert (status, body["error"]["code"]) == (404, "not_found")
