"""What appears while somebody types: the panel below the box, and the help that it opens."""

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hindsight.lib.htmx import render
from search.results import glance
from search.suggesting import suggest
from search.views.page import address

MAX_TYPED = 2000
_VALUELESS = re.compile(r"(?<!\S)-?[A-Za-z]{2,12}:$")
SHOWN = 5


@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    """Suggestions and the first results for what is in the box so far."""
    text = request.GET.get("q", "")[:MAX_TYPED]
    # A filter whose value is still missing asks for nothing yet.
    asked = _VALUELESS.sub("", text).strip()
    results = glance(request.user, asked, limit=SHOWN)
    context = {
        "q": text.strip(),
        "suggestions": suggest(request.user, text),
        "results": results,
        "all_url": address(text.strip()),
    }
    return render(request, page="search/_panel.html", fragment="search/_panel.html", context=context)


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Everything that can be asked, with an example each."""
    return render(request, page="search/help.html", fragment="search/_operators.html", context={})
