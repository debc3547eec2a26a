"""What stands around every request."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings

from hindsight.lib.logs import JsonFormatter
from hindsight.plant import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make /readyz raise something; a view like any other for the middleware."""

    def prepare(problem: Exception) -> None:
        def fail(*, now: object) -> None:
            raise problem

        monkeypatch.setattr(health, "findings", fail)

    return prepare


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    records = [record for record in caplog.records if record.name == "hindsight.access"]
    return [json.loads(JsonFormatter().format(record)) for record in records]


def test_each_request_has_one_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = client.get("/no/such/page/?q=passw0rd")
    (line,) = lines(caplog)
    assert (line["method"], line["path"], line["status"], line["user"]) == ("GET", "/no/such/page/", 404, None)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["ms"] >= 0
    assert "passw0rd" not in json.dumps(line)


def test_the_line_names_who_asked(responder_client: Client, caplog: pytest.LogCaptureFixture, responder: Any) -> None:
    with caplog.at_level(logging.INFO):
        responder_client.get("/settings/")
    assert lines(caplog)[-1]["user"] == responder.pk


def test_a_set_up_secret_is_not_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get("/setup/a-secret-that-opens-the-house/")
    assert "a-secret-that-opens-the-house" not in caplog.text


def test_a_proxys_request_id_is_taken_over_if_harmless(client: Client) -> None:
    def id_for(given: str) -> str:
        return client.get("/healthz", headers={"x-request-id": given}).headers["X-Request-ID"]

    assert id_for("abcdef-123456") == "abcdef-123456"
    assert id_for("forged\x1b[31m line") != "forged\x1b[31m line"


@pytest.mark.parametrize("address", ["/incidents/%00/", "/search/?q=a%00b", "/healthz?%00"])
def test_a_nul_byte_is_a_bad_request(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("address", ["/%ff%fe/", "/search/?q=%ed%a0%80", "/search/?%ff=%ff"])
def test_bytes_that_are_no_text_are_no_fault_of_ours(client: Client, address: str) -> None:
    assert client.get(address).status_code < 500


def test_answers_are_for_nobodys_cache(client: Client, responder_client: Client) -> None:
    for answer in (client.get("/accounts/login/"), responder_client.get("/settings/"), client.get("/nowhere/")):
        assert "no-store" in answer.headers["Cache-Control"]


@override_settings(UPLOAD_MAX_MB=1)
def test_an_upload_over_the_limit_is_refused_before_it_is_read(client: Client) -> None:
    file = SimpleUploadedFile("big.bin", b"x" * (4 * 1024 * 1024))
    answer = client.post("/accounts/login/", {"file": file})
    assert answer.status_code == 413
    assert "the limit is 1 MB" in answer.content.decode()
    assert answer.headers["Connection"] == "close"


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1024 * 1024)
def test_a_text_over_the_limit_is_refused(client: Client) -> None:
    body = b"x=" + b"y" * (2 * 1024 * 1024)
    answer = client.post("/accounts/login/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "limit of 1 MB" in answer.content.decode()


def test_too_many_fields_are_refused(client: Client) -> None:
    answer = client.post("/accounts/login/", {f"field{number}": "x" for number in range(600)})
    assert answer.status_code == 413


@override_settings(UPLOAD_MAX_MB=1)
def test_the_api_is_told_in_json(client: Client) -> None:
    file = SimpleUploadedFile("big.bin", b"x" * (4 * 1024 * 1024))
    answer = client.post("/api/v1/incidents/INC-1/attachments/", {"file": file})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_busy_database_is_no_bug(client: Client, failing: Callable[[Exception], None]) -> None:
    failing(OperationalError("database is locked"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_full_disk_is_no_bug(client: Client, failing: Callable[[Exception], None]) -> None:
    failing(OSError(28, "No space left on device"))
    assert client.get("/readyz").status_code == 507


def test_a_bug_is_a_page_without_inner_life(failing: Callable[[Exception], None]) -> None:
    failing(ValueError("SECRET_INNER_LIFE"))
    answer = Client(raise_request_exception=False).get("/readyz")
    assert answer.status_code == 500
    assert "SECRET_INNER_LIFE" not in answer.content.decode()


def test_a_fault_beneath_the_views_is_no_bug_either(responder_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is read by middleware, where no view's exception handling reaches."""

    def fail(self: object, request: HttpRequest) -> HttpResponse:
        raise OperationalError("database is locked")

    monkeypatch.setattr("accounts.middleware.ZoneMiddleware.__call__", fail)
    responder_client.raise_request_exception = False
    assert responder_client.get("/settings/").status_code == 503


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": r'sessionid="\000aaaaaaaaaaaaaaa"'}, {"Idempotency-Key": "a\0b"}, {"Authorization": "Bearer \0"}],
    ids=str,
)
def test_a_nul_in_a_header_is_refused(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/accounts/login/", headers=headers).status_code == 400
