"""Past incidents like one that is being declared, or like one that is open: with cause, fix, proof, and why."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import render
from search import feedback, likeness
from search.query import MAX_TEXT
from search.results import Results, similar

SHOWN = 4
# What matches so much less than the best has only ordinary words in common.
LEAST_SHARE = 0.4
# One or two letters are like everything.
LEAST = 4


@require_http_methods(["GET", "HEAD", "POST"])
def like(request: HttpRequest) -> HttpResponse:
    """Records like `title` and `summary` (a trace may be pasted there), or like the record of `?to=INC-42`."""
    if to := request.GET.get("to", ""):
        return _shown(request, _like_record(request, to), to)
    asked = request.POST if request.method == "POST" else request.GET
    # Forms send two characters for the end of a line.
    given = (asked.get(name, "").replace("\r\n", "\n")[:MAX_TEXT].strip() for name in ("title", "summary"))
    text = "\n".join(filter(None, given))
    return _shown(request, similar(request.user, text, limit=SHOWN) if len(text) >= LEAST else None, "")


def _like_record(request: HttpRequest, number: str) -> Results:
    try:
        key = feedback.key_of(request.user, number)
    except feedback.NoSuchResultError as error:
        raise Http404 from error
    return similar(request.user, likeness.text_of(key), limit=SHOWN, without=key)


def _shown(request: HttpRequest, results: Results | None, to: str) -> HttpResponse:
    if results and results.results:
        least = results.results[0].score * LEAST_SHARE
        results = replace(results, results=tuple(each for each in results.results if each.score >= least))
    context = {"results": results, "to": to}
    return render(request, page="search/similar.html", fragment="search/_similar.html", context=context)
