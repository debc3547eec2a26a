"""Long texts are compressed for who takes it; short ones, files and everybody else get them as they are."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from hindsight.packing import SHORTEST, PackMiddleware

LONG = "words " * SHORTEST


def packed(answer: HttpResponse | FileResponse, accepts: str = "gzip, br") -> HttpResponse | FileResponse:
    """The answer after the middleware."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepts})
    return PackMiddleware(lambda _: answer)(request)  # type: ignore[return-value]  # it is what went in


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_long_text_is_compressed(kind: str) -> None:
    answer = packed(HttpResponse(LONG, content_type=kind))
    assert isinstance(answer, HttpResponse)
    assert gzip.decompress(answer.content).decode() == LONG
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]


@pytest.mark.parametrize(
    "answer",
    [HttpResponse("short"), HttpResponse(LONG, content_type="image/png"), FileResponse(iter([b"x" * 9_000]))],
    ids=["short", "picture", "file"],
)
def test_the_rest_stays_as_it_is(answer: HttpResponse | FileResponse) -> None:
    assert "Content-Encoding" not in packed(answer)


def test_who_does_not_take_it_gets_plain_text() -> None:
    answer = packed(HttpResponse(LONG), accepts="identity")
    assert isinstance(answer, HttpResponse)
    assert answer.content.decode() == LONG
