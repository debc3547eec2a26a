"""Answering with a page or with a fragment of it, from one view."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

_VARY = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


class HtmxHttpRequest(HttpRequest):
    """A request that passed HtmxMiddleware; for type annotations."""

    htmx: HtmxDetails


class SeeOther(HttpResponseRedirect):
    """303: the answer to a POST lies at another address and is fetched by GET."""

    status_code = 303


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page; boosted links and restored history want the whole."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx) and htmx is not None and not htmx.boosted and not htmx.history_restore_request


def render(
    request: HttpRequest,
    *,
    page: str,
    fragment: str,
    context: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the fragment for htmx and the page for everybody else; never cached by anything in between."""
    template = fragment if wants_fragment(request) else page
    html = render_to_string(template, dict(context or {}), request=request)
    return private(HttpResponse(html, status=status))


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to a local address: 303, or HX-Redirect where htmx would swap the target into the page."""
    return private(HttpResponseClientRedirect(url) if wants_fragment(request) else SeeOther(url))


def private(response: HttpResponse) -> HttpResponse:
    """Mark an answer as varying with htmx's headers and as nobody else's; returns the same object."""
    patch_vary_headers(response, _VARY)
    response.headers["Cache-Control"] = "private, no-store"
    return response
