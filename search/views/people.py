"""What people tell search: whether a result helped, and which searches to keep."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hindsight.lib.htmx import redirect, render, wants_fragment
from hindsight.lib.problems import InvalidError
from search import feedback, saved
from search.models import SavedSearch
from search.views.page import address

MAX_WORDS = 600
THANKS = {
    True: "Thanks. Searches like this will show it earlier.",
    False: "Thanks. Searches like this will show it later.",
}


@require_POST
def said(request: HttpRequest) -> HttpResponse:
    """ "This helped" or "not this" for one result of one query."""
    pk = request.POST.get("id", "")
    helped = request.POST.get("helped") == "1"
    try:
        feedback.say(
            by=request.user,
            terms=request.POST.get("terms", "")[:MAX_WORDS].split(),
            key=(request.POST.get("kind", "")[:20], int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0),
            helped=helped,
            now=timezone.now(),
        )
    except feedback.NoSuchResultError as error:
        raise Http404 from error
    if wants_fragment(request):
        # The form again, so that the focus stays and a slip of the hand can be put right.
        sent = {name: request.POST.get(name, "")[:MAX_WORDS] for name in ("kind", "id", "number", "terms", "back")}
        context = {**sent, "said": helped, "thanks": THANKS[helped]}
        return render(request, page="search/_feedback.html", fragment="search/_feedback.html", context=context)
    messages.success(request, THANKS[helped])
    return redirect(request, _back(request))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a search."""
    query = request.POST.get("q", "")
    try:
        row = saved.save(by=request.user, name=request.POST.get("name", ""), query=query, now=timezone.now())
    except InvalidError as error:
        messages.error(request, str(error))
        return redirect(request, address(query[:400]))
    messages.success(request, f"Saved as “{row.name}”.")
    return redirect(request, address(row.query))


@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved search."""
    try:
        saved.remove(by=request.user, pk=pk)
    except SavedSearch.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, "Removed.")
    return redirect(request, _back(request))


def _back(request: HttpRequest) -> str:
    """The search that the form stood on."""
    asked = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/search/")
    return asked if is_ours else address("").removesuffix("?q=")
