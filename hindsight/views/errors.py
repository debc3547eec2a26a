"""Answers to requests that can't be served; each says what happened, what is safe and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.kept import FIELD, keep, unpack
from accounts.views.session import SESSION_HEADER
from hindsight.lib.htmx import private


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is out of date: signed out, or signed in again in another tab.

    What was typed is shown, and can be sent again with one click, unless it came from another site.
    """
    kept = unpack(request.POST.get(FIELD, "")) or keep(request)
    # Forms that hold passwords can't be sent again without them.
    is_entrance = kept.path.startswith((reverse("account_login").removesuffix("login/"), "/setup/"))
    can_send = kept.is_sendable and _is_ours(request) and not is_entrance
    context = {"kept": kept, "can_send": can_send, "shows_typed": bool(kept.typed or kept.files) and not is_entrance}
    response = render(request, "403_csrf.html", context, status=403)
    # The rendered form has set a fresh cookie; a page with htmx sends its request once more with it.
    response.headers[SESSION_HEADER] = "stale"
    return private(response)


def _is_ours(request: HttpRequest) -> bool:
    """Whether the form stood on a page of this site; a button made of another site's form would be a trap."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
