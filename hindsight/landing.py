"""Where somebody lands who opens an address that only takes what a form sends: by a reload, or after signing in."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hindsight.lib.htmx import private
from hindsight.lib.landing import page_of

SAID = "That address only takes what a form sends. Nothing was changed; here is the page that it belongs to."


class LandingMiddleware:
    """Leads a browser from such an address to the page of the form. Programs and htmx get the 405 with words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """An answer that already has words stays as it is."""
        response = self.get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        if _is_opened_by_a_person(request):
            # Each step is shorter, so this ends at the board at the latest.
            if not any(str(message) == SAID for message in messages.get_messages(request)):
                messages.info(request, SAID)
            return private(redirect(page_of(request)))
        response.content = f"{request.method} is not possible here; use {response.headers['Allow']}.\n".encode()
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return response


def _is_opened_by_a_person(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and "text/html" in request.headers.get("Accept", "")
        and "HX-Request" not in request.headers
        and not request.path_info.startswith("/api/")
    )
