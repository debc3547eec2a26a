"""Middleware that follows from who is signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.forms import SignInForm
from accounts.kept import FIELD, keep
from accounts.models import User
from hindsight.lib.htmx import private, wants_fragment

SESSION_OVER = "Your session ended. Log in here; your text stays in this page and is sent right after."


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Asks everyone to sign in, and never loses what they typed.

    A GET is sent to the sign-in page. A POST whose session has ended gets 401 and a page that carries what was typed
    through the sign-in. A request of htmx gets 401 and a fragment, so that the page it came from stays as it is.
    """

    def handle_no_permission(  # type: ignore[override]  # Django's only ever redirects
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        """Answer somebody who is not signed in."""
        if wants_fragment(request):
            return _fragment(request)
        if request.method == "POST":
            return _page(request)
        return super().handle_no_permission(request, view_func)


class ZoneMiddleware:
    """Shows times in the zone of the signed-in person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)


def _fragment(request: HttpRequest) -> HttpResponse:
    """The page behind an htmx request is left alone; the fragment says how to sign in."""
    login = f"{reverse('account_login')}?{urlencode({'next': reverse('signed_in')})}"
    response = render(request, "accounts/_session_over.html", {"login_url": login, "message": SESSION_OVER}, status=401)
    response.headers["HX-Reswap"] = "none"
    response.headers["X-Hindsight-Session"] = "over"
    return private(response)


def _page(request: HttpRequest) -> HttpResponse:
    """The sign-in form with what was typed inside it."""
    kept = keep(request)
    context = {"kept": kept, "kept_field": FIELD, "form": SignInForm(request=request)}
    return private(render(request, "401.html", context, status=401))
