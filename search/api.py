"""Search over the API: the same answers as the page, for scripts and the command line."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from hindsight.lib.api import ERRORS, ApiError, Body, only_parameters
from search import feedback
from search.query import MAX_TEXT, MAX_TYPED, parse
from search.registry import Hit
from search.results import MAX_LIMIT, Results, as_json, find, glance, similar
from search.suggesting import Suggestion, suggest

router = Router(tags=["search"])
results_router = Router(tags=["search"])
suggest_router = Router(tags=["search"])


class HighlightOut(Schema):
    """Matched words where they stand: `html` has them in <mark>, everything else escaped; `anchor` opens the place."""

    field: str
    label: str
    html: str
    anchor: str


class MatchedLineOut(Schema):
    """A pasted line and the stored one that says the same; numbers count from 1, `score` is 1 for equal ones."""

    pasted_line_no: int
    stored_line_no: int
    pasted: str
    stored: str
    score: float


class AlikeOut(Schema):
    """Where a record says the same as a pasted text."""

    label: str
    anchor: str
    why: list[str]
    lines: list[MatchedLineOut]


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
    # Who signed that there can be no proof, and why.
    verified_note: str | None = None
    # What to check first when it happens again.
    first_checks: list[str] = []
    highlights: list[HighlightOut]
    why: list[str]
    alike: AlikeOut | None = None
    # What each weight came to; with `explain=1`.
    explain: dict[str, float] | None = None


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

    STORES = False

    text: str
    limit: int = 10


class FeedbackIn(Body):
    """Whether the record `number` helped with `query`."""

    query: str
    number: str
    helped: bool


class FeedbackOut(Schema):
    """What was noted."""

    number: str
    helped: bool


class SuggestionOut(Schema):
    """A query to go on with: `text` in full, `label` what is new in it; `kind` is filter, value, word or number.

    A number is a record: `hint` is its title and `url` leads to it.
    """

    kind: str
    text: str
    label: str
    hint: str
    url: str = ""


class GlanceOut(Schema):
    """A record in short."""

    number: str
    title: str
    url: str
    severity: str | None
    root_cause: str | None
    fix: str | None
    verified: str
    verified_note: str | None = None


class SuggestOut(Schema):
    """What to show while somebody types."""

    suggestions: list[SuggestionOut]
    results: list[GlanceOut]


@router.get("", response={200: SearchOut, **ERRORS}, summary="Search")
def index(
    request: HttpRequest, q: str = "", limit: int = 20, cursor: str = "", explain: bool = False
) -> dict[str, Any]:
    """Search everything that you may see. Any text is a query; see the help beside the search box for its filters."""
    only_parameters(request, ("q", "limit", "cursor", "explain"))
    _check_limit(limit)
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 7):
        raise ApiError(400, "The cursor is not one that this list gave out.", {"cursor": "Not one of ours."})
    results = find(request.user, q[:MAX_TEXT], limit=limit, offset=int(cursor or 0))
    answer = _out(request, results, _next(request, results))
    if explain:
        for shown, result in zip(answer["results"], results.results, strict=True):
            shown["explain"] = {name: round(points, 4) for name, points in result.shares}
    return answer


@router.post("similar/", response={200: SearchOut, **ERRORS}, summary="Find past incidents like a text")
def like(request: HttpRequest, payload: SimilarIn) -> dict[str, Any]:
    """Past incidents like a pasted trace, log or symptom. Nothing in the text is read as a filter."""
    _check_limit(payload.limit)
    if len(payload.text.encode("utf-8", "replace")) > MAX_TEXT:
        message = f"Text has {len(payload.text):,} characters; the limit is {MAX_TEXT:,} bytes."
        raise ApiError(413, message, {"text": message})
    return _out(request, similar(request.user, payload.text, limit=payload.limit), None)


@results_router.post("feedback/", response={200: FeedbackOut, **ERRORS}, summary="Say whether a result helped")
def said(request: HttpRequest, payload: FeedbackIn) -> dict[str, Any]:
    """Searches of like words show it earlier, or later. Saying it again replaces what you said before."""
    try:
        key = feedback.key_of(request.user, payload.number)
        terms = feedback.normalised(parse(payload.query))
        feedback.say(by=request.user, terms=terms, key=key, helped=payload.helped, now=timezone.now())
    except feedback.NoSuchResultError as error:
        raise Http404 from error
    return {"number": payload.number.strip().upper(), "helped": payload.helped}


@suggest_router.get("", response={200: SuggestOut, **ERRORS}, summary="Suggest while somebody types")
def typed(request: HttpRequest, q: str = "") -> dict[str, Any]:
    """Filters, values and words that the query may become, and the first records for it as it is."""
    only_parameters(request, ("q",))
    found = glance(request.user, q[:MAX_TYPED])
    return {
        "suggestions": [_suggested(request, each) for each in suggest(request.user, q)],
        "results": [_glanced(request, result.hit) for result in found.results],
    }


def _suggested(request: HttpRequest, each: Suggestion) -> dict[str, Any]:
    return {**asdict(each), "url": request.build_absolute_uri(each.url) if each.url else ""}


def _glanced(request: HttpRequest, hit: Hit) -> dict[str, Any]:
    return {
        "number": hit.number,
        "title": hit.title,
        "url": request.build_absolute_uri(hit.url),
        "severity": hit.severity or None,
        "root_cause": hit.root_cause or None,
        "fix": hit.fix or None,
        "verified": hit.verified,
        "verified_note": hit.note or None,
    }


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
