"""Middleware that follows from who is signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from accounts.kept import keep
from accounts.models import User
from accounts.views.session import session_over, sign_in_with
from hindsight.lib.htmx import wants_fragment


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
            return session_over(request)
        if request.method == "POST":
            return sign_in_with(request, keep(request))
        return super().handle_no_permission(request, view_func)


class ZoneMiddleware:
    """Shows times in the zone of the signed-in person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)
