"""Search over the API: the same answers as the page, for scripts and the command line."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Router, Schema

from hindsight.lib.api import ERRORS, ApiError, Body, only_parameters
from search.query import MAX_TEXT
from search.results import MAX_LIMIT, Results, as_json, find, similar

router = Router(tags=["search"])


class HighlightOut(Schema):
    """Matched words where they stand: `html` has them in <mark>, everything else escaped; `anchor` opens the place."""

    field: str
    label: str
    html: str
    anchor: str


class ResultOut(Schema):
    """A record that was found, as an answer: what broke, why, what fixed it, and whether that is proven."""

    kind: str
    number: str
    title: str
    url: str
    score: float
    external_id: str | None
    severity: str | None
    status: str | None
    services: list[str]
    started_at: str | None
    root_cause: str | None
    fix: str | None
    verified: str
    highlights: list[HighlightOut]
    why: list[str]


class FacetOut(Schema):
    """How many results have a value."""

    value: str
    count: int


class SearchOut(Schema):
    """The answer to a search. `notice` tells of a search that works without its index."""

    count: int
    count_is_exact: bool
    next: str | None
    took_ms: float
    did_you_mean: str | None
    notice: str | None
    notes: list[str]
    engine: str
    facets: dict[str, list[FacetOut]]
    results: list[ResultOut]


class SimilarIn(Body):
    """A trace, a log, a symptom: up to 1 MB."""

    text: str
    limit: int = 10


@router.get("", response={200: SearchOut, **ERRORS}, summary="Search")
def index(request: HttpRequest, q: str = "", limit: int = 20, cursor: str = "") -> dict[str, Any]:
    """Search everything that you may see. Any text is a query; see the help beside the search box for its filters."""
    only_parameters(request, ("q", "limit", "cursor"))
    _check_limit(limit)
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 7):
        raise ApiError(400, "The cursor is not one that this list gave out.", {"cursor": "Not one of ours."})
    results = find(request.user, q[:MAX_TEXT], limit=limit, offset=int(cursor or 0))
    return _out(request, results, _next(request, results))


@router.post("similar/", response={200: SearchOut, **ERRORS}, summary="Find past incidents like a text")
def like(request: HttpRequest, payload: SimilarIn) -> dict[str, Any]:
    """Past incidents like a pasted trace, log or symptom. Nothing in the text is read as a filter."""
    _check_limit(payload.limit)
    if len(payload.text.encode("utf-8", "replace")) > MAX_TEXT:
        message = f"Text has {len(payload.text):,} characters; the limit is {MAX_TEXT:,} bytes."
        raise ApiError(413, message, {"text": message})
    return _out(request, similar(request.user, payload.text, limit=payload.limit), None)


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise ApiError(422, f"limit is {limit}; use 1 to {MAX_LIMIT}.", {"limit": f"Use 1 to {MAX_LIMIT}."})


def _out(request: HttpRequest, results: Results, after: str | None) -> dict[str, Any]:
    answer = as_json(results)
    for result in answer["results"]:
        result["url"] = request.build_absolute_uri(result["url"])
    return {**answer, "next": after}


def _next(request: HttpRequest, results: Results) -> str | None:
    if results.next_offset is None:
        return None
    query = urlencode({**request.GET.dict(), "cursor": results.next_offset})
    return request.build_absolute_uri(f"{request.path}?{query}")
