"""Log lines: one JSON object each, whatever is in them, and without secrets."""

import json
import logging
import sys

import structlog

from hindsight.lib.logs import JsonFormatter, masked


def line_of(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("test", logging.INFO, __file__, 1, message, arguments, None)
    vars(record).update(extra)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    parsed: dict[str, object] = json.loads(text)
    return parsed


def test_a_line_break_forges_nothing() -> None:
    assert line_of("a\n%s", "b\r\x1b[31m")["message"] == "a\nb\r\x1b[31m"


def test_what_is_given_with_a_message_stands_in_the_line() -> None:
    line = line_of("request", status=200, thing=object)
    assert line["status"] == 200
    assert line["thing"] == "<class 'object'>"
    assert str(line["at"]).endswith("Z")


def test_the_request_s_id_is_in_every_line() -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        assert line_of("from a library")["request_id"] == "abc"


def test_a_traceback_stays_in_its_line() -> None:
    try:
        int("hst_abcdefghijklmnop")
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    line = json.loads(JsonFormatter().format(record))
    assert "ValueError" in line["traceback"]
    assert "abcdefghijklmnop" not in line["traceback"]


def test_secrets_are_masked() -> None:
    assert masked("/setup/s3cret-link/") == "/setup/…/"
    assert masked("/accounts/password/reset/key/1-c8abc/") == "/accounts/password/reset/key/…/"
    assert masked("Authorization: Bearer hst_abc") == "Authorization: Bearer …"
    assert masked("GET /search/?q=passw0rd&x=1 done") == "GET /search/?… done"


def test_ordinary_text_is_left_alone() -> None:
    assert masked("Why did /incidents/INC-1/ fail?") == "Why did /incidents/INC-1/ fail?"
