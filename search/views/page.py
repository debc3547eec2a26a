"""The search page: what was asked, the answers, and the ways to narrow them; also as JSON and as Markdown."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private, redirect, render
from search import registry, saved, watching
from search.narrowing import toggled
from search.query import MAX_TEXT, MAX_TYPED, Chip
from search.registry import Viewer
from search.results import Facet, Results, as_json, find
from search.written import as_markdown

PAGE_SIZE = 20
# Servers and proxies cut off longer addresses; letters outside ASCII take up to twelve signs each.
MAX_IN_ADDRESS = 1000
FACET_NAMES = {
    "service": "Service",
    "severity": "Severity",
    "status": "Status",
    "year": "Year",
    "cause": "Cause",
    "lang": "Language",
    "verified": "Proof",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to narrow by: where a click leads, and whether it is chosen."""

    value: str
    label: str
    count: int
    is_chosen: bool
    url: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The values of one fact."""

    name: str
    title: str
    values: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved search, and how many new records it has found."""

    pk: int
    name: str
    query: str
    tells: bool
    new: int


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Answer `?q=`, or a pasted text too long for an address as POST; with nothing asked, say what can be asked."""
    asked = request.POST if request.method == "POST" else request.GET
    # Forms send two characters for the end of a line.
    text = asked.get("q", "").replace("\r\n", "\n")[:MAX_TEXT]
    fits = len(text) <= MAX_IN_ADDRESS and "\n" not in text.strip()
    if request.method == "POST" and fits:
        return redirect(request, address(text.strip()))
    results = find(request.user, text, limit=PAGE_SIZE, offset=_number(asked.get("offset", "")))
    form = asked.get("format", "")
    if form in {"json", "md"}:
        return _plain(request, results, form)
    explains = request.GET.get("explain") == "1"
    return render(
        request,
        page="search/results.html",
        fragment="search/_results.html",
        context=_context(request, text, results, fits=fits, explains=explains),
    )


def address(text: str, **extra: int | str) -> str:
    """Where a query is answered."""
    return f"{reverse('search')}?{urlencode({'q': text.encode('utf-8', 'replace'), **extra})}"


def _context(request: HttpRequest, text: str, results: Results, *, fits: bool, explains: bool) -> dict[str, Any]:
    keeps: dict[str, int | str] = {"explain": 1} if explains else {}
    can_save = fits and not results.is_empty_query and len(text) <= MAX_TYPED
    return {
        "q": text,
        "results": results,
        # A text that does not fit into an address is sent again by its form, which stands on the page.
        "is_sent": not fits,
        "facets": [_choices(facet, results) for facet in results.facets if facet.name in FACET_NAMES],
        "chips": [{"text": _words_of(chip), "url": address(chip.without)} for chip in results.chips],
        "did_you_mean_url": address(results.did_you_mean) if results.did_you_mean else "",
        "filters_in_use": sum(1 for chip in results.chips if chip.name),
        "older": _page(text, results.next_offset, keeps) if fits else "",
        "newer": _page(text, results.previous_offset, keeps) if fits else "",
        "counted": _counted(results),
        "explains": explains,
        "order_url": address(text, **({} if explains else {"explain": 1})) if fits else "",
        "terms": " ".join(results.terms),
        "saved": _kept(request.user),
        "can_save": can_save,
        "here": address(text) if fits else "",
        "formats": {"json": address(text, format="json"), "md": address(text, format="md")} if fits else {},
    }


def _words_of(chip: Chip) -> str:
    """A filter as it was typed; where that is a name that people have changed since, as they call it now."""
    known = registry.known_values(chip.name) if chip.name == "cause" else {}
    labels = [known.get(value, value) for value in chip.values]
    if all(_folded(label) == _folded(value) for label, value in zip(labels, chip.values, strict=True)):
        return chip.text
    return f"{chip.name}: {', '.join(labels)}"


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")


def _kept(person: Viewer) -> list[Kept]:
    untold = watching.untold(person)
    return [Kept(row.pk, row.name, row.query, row.tells_since is not None, untold[row.pk]) for row in saved.of(person)]


def _plain(request: HttpRequest, results: Results, form: str) -> HttpResponse:
    """The same answer for programs and documents."""
    if form == "md":
        text = as_markdown(results, request.build_absolute_uri)
        return private(HttpResponse(text, content_type="text/markdown; charset=utf-8"))
    answer = as_json(results)
    for result in answer["results"]:
        result["url"] = request.build_absolute_uri(result["url"])
    after = results.next_offset
    following = "" if after is None else address(results.text, format="json", offset=after)
    answer["next"] = request.build_absolute_uri(following) if following else None
    return private(JsonResponse(answer))


def _choices(facet: Facet, results: Results) -> Choices:
    values = tuple(
        Choice(
            value.value,
            value.label,
            value.count,
            value.is_chosen,
            address(toggled(results.text, results.chips, facet.name, value.value)),
        )
        for value in facet.values
    )
    return Choices(facet.name, FACET_NAMES[facet.name], values)


def _page(text: str, offset: int | None, keeps: dict[str, int | str]) -> str:
    return "" if offset is None else address(text, offset=offset, **keeps)


def _counted(results: Results) -> str:
    """How many there are, in words."""
    if not results.results:
        return ""
    about = "" if results.count_is_exact else "more than "
    count = f"{about}{results.count:,} {'result' if results.count == 1 else 'results'}"
    if results.count <= PAGE_SIZE and not results.offset:
        return count
    return f"{results.offset + 1:,}–{results.offset + len(results.results):,} of {count}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
