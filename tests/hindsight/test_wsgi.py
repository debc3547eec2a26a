"""What reaches Django of a request that claims an odd charset."""

import io
import json
from typing import Any

import pytest
from django.test import RequestFactory

from accounts.models import User
from hindsight.handler import Handler, plain
from tests.support.personas import bearer

# The handler closes connections after each request, as in real life.
pytestmark = pytest.mark.django_db(transaction=True)
# In UTF-7 the first is NUL and the second half a character.
ODD = "q=%2BAAA-%2B2AA-%5Cx00%ff"


def answer_of(path: str, body: bytes = b"", **environ: Any) -> tuple[int, bytes]:
    """Status and body, from the application as gunicorn calls it."""
    method = "POST" if body else "GET"
    base = RequestFactory().generic(method, path).environ
    taken: list[str] = []
    request = {
        **base,
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    parts = Handler()(request, lambda status, headers, exc_info=None: taken.append(status))
    return int(taken[0][:3]), b"".join(parts)


@pytest.mark.parametrize(
    "claim",
    [
        *("charset=utf-7", "charset=hex", "charset=unicode_escape", "charset=idna", "charset=UTF-16", "charset=x"),
        "x*=hex''%41",
    ],
)
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/incidents/"])
def test_a_claimed_charset_decides_nothing(responder: User, path: str, claim: str) -> None:
    token = bearer(responder)["Authorization"]
    kind = f"text/plain; {claim}"
    status, _ = answer_of(path, CONTENT_TYPE=kind, QUERY_STRING=ODD, HTTP_AUTHORIZATION=token)
    assert status == 200


def test_json_is_utf8_whatever_is_claimed(responder: User) -> None:
    status, body = answer_of(
        "/api/v1/incidents/",
        '{"title": "Zürich is down"}'.encode(),
        CONTENT_TYPE="application/json; charset=iso-8859-1",
        HTTP_AUTHORIZATION=bearer(responder)["Authorization"],
    )
    assert (status, json.loads(body)["title"]) == (201, "Zürich is down")


def test_only_a_boundary_is_kept() -> None:
    assert plain("") == ""
    assert plain("application/json; charset=utf-8") == "application/json"
    assert plain('Multipart/Form-Data; charset=x; Boundary="a b"; y=z') == 'Multipart/Form-Data; Boundary="a b"'


@pytest.mark.parametrize("boundary", ["xyz", '"xyz"'])
def test_a_multipart_body_keeps_its_boundary(responder: User, boundary: str) -> None:
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.log"\r\n\r\noom\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="entry"\r\n\r\n0\r\n--xyz--\r\n'
    )
    token = bearer(responder)["Authorization"]
    answer_of("/api/v1/incidents/", b'{"title": "x"}', CONTENT_TYPE="application/json", HTTP_AUTHORIZATION=token)
    status, said = answer_of(
        "/api/v1/incidents/1/attachments/",
        body,
        CONTENT_TYPE=f"multipart/form-data; charset=utf-7; boundary={boundary}",
        HTTP_AUTHORIZATION=token,
    )
    assert (status, b"has no entry 0" in said) == (422, True)
