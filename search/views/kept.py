"""What a saved search has found since its owner asked to be told: the list, and the tick."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hindsight.lib.htmx import private, redirect, render
from hindsight.lib.mail import is_set_up
from search import saved, watching
from search.models import SavedSearch
from search.views.page import address


@require_http_methods(["GET", "HEAD", "POST"])
def finds(request: HttpRequest, pk: int) -> HttpResponse:
    """GET lists what is new; POST counts all of it as seen."""
    row = _own(request, pk)
    if request.method == "POST":
        watching.note_seen(search=row, now=timezone.now())
        return redirect(request, reverse("search_finds", args=[row.pk]))
    found = watching.finds_of(row, request.user)
    context = {
        "search": row,
        "new": [hit for find, hit in found if find.seen_at is None],
        "older": [hit for find, hit in found if find.seen_at is not None],
        "address": address(row.query),
        "is_mailing": is_set_up() and bool(getattr(request.user, "email", "")),
    }
    return private(render(request, page="search/finds.html", fragment="search/_finds.html", context=context))


@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin or end telling of new records."""
    tells = request.POST.get("tells") == "1"
    try:
        row = saved.tell(
            by=request.user, pk=pk, tells=tells, by_mail=request.POST.get("by_mail") == "1", now=timezone.now()
        )
    except SavedSearch.DoesNotExist as error:
        raise Http404 from error
    said = f"You are told of new records for “{row.name}”." if tells else f"“{row.name}” is quiet now."
    messages.success(request, said)
    return redirect(request, reverse("search_finds", args=[row.pk]))


def _own(request: HttpRequest, pk: int) -> SavedSearch:
    try:
        return saved.get(request.user, pk)
    except SavedSearch.DoesNotExist as error:
        raise Http404 from error
