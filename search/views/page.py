"""The search page: what was asked, the answers, and the ways to narrow them."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import redirect, render
from search.query import MAX_TEXT
from search.results import Facet, Results, find

PAGE_SIZE = 20
# Servers and proxies cut off longer addresses; letters outside ASCII take up to twelve signs each.
MAX_IN_ADDRESS = 1000
FACET_NAMES = {"service": "Service", "severity": "Severity", "status": "Status", "year": "Year"}


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


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Answer `?q=`, or a pasted text too long for an address as POST; with nothing asked, say what can be asked."""
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "")[:MAX_TEXT]
    fits = len(text) <= MAX_IN_ADDRESS
    if request.method == "POST" and fits:
        return redirect(request, _url(text.strip()))
    results = find(request.user, text, limit=PAGE_SIZE, offset=_number(request.GET.get("offset", "")))
    context = {
        "q": text,
        "results": results,
        # A text that does not fit into an address can't be narrowed or paged by links.
        "facets": [_choices(facet, results) for facet in results.facets if facet.name in FACET_NAMES] if fits else [],
        "chips": [{"text": chip.text, "url": _url(chip.without)} for chip in results.chips],
        "did_you_mean_url": _url(results.did_you_mean) if results.did_you_mean else "",
        "older": _page(text, results.next_offset) if fits else "",
        "newer": _page(text, results.previous_offset) if fits else "",
        "counted": _counted(results),
    }
    return render(request, page="search/results.html", fragment="search/_results.html", context=context)


def _choices(facet: Facet, results: Results) -> Choices:
    values = tuple(
        Choice(value.value, value.label, value.count, value.is_chosen, _toggled(facet.name, value.value, results))
        for value in facet.values
    )
    return Choices(facet.name, FACET_NAMES[facet.name], values)


def _toggled(name: str, value: str, results: Results) -> str:
    """The query with this filter added, or taken away if it has it."""
    written = f'{name}:"{value}"' if " " in value or '"' in value or "," in value else f"{name}:{value}"
    for chip in results.chips:
        if chip.text.replace('"', "").casefold() == f"{name}:{value}".casefold():
            return _url(chip.without)
    return _url(f"{results.text.strip()} {written}".strip())


def _url(text: str, **extra: int) -> str:
    return f"{reverse('search')}?{urlencode({'q': text, **extra})}"


def _page(text: str, offset: int | None) -> str:
    return "" if offset is None else _url(text, offset=offset)


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
