"""Answers to requests that can't be served; each says what happened, what is safe and what to do."""

import sys
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from accounts.views.session import stale_form
from hindsight.faults import Fault, fault_of
from hindsight.lib.htmx import private

log = structlog.get_logger(__name__)

API = "/api/"
# These are rendered without the request, because everything that a page takes from it may need the database.
WITHOUT_REQUEST = frozenset({500, 503, 507})

BAD_REQUEST = Fault(400, "bad_request", "This request could not be read. Nothing was changed.")
FORBIDDEN = Fault(403, "forbidden", "You may see this, but not change it.")
NOT_FOUND = Fault(404, "not_found", "No such page, or not shared with you.")
BROKEN = Fault(500, "server_error", "Something broke on our side. It is in the server's log.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, and 413 for a body that Django found too large."""
    return answer(request, fault_of(exception) or BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the thing is visible, the act is not allowed."""
    return answer(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what does not exist and for what is hidden."""
    return answer(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, unless the exception in flight is a fault that has a better answer."""
    return answer(request, fault_of(sys.exc_info()[1]) or BROKEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is out of date: signed out, or signed in again in another tab. Nothing typed is lost."""
    return stale_form(request)


def answer(request: HttpRequest, fault: Fault) -> HttpResponse:
    """A page, or JSON for the API; this must not fail, whatever is down."""
    response = _json(fault) if request.path.startswith(API) else _page(request, fault)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return private(response)


def _json(fault: Fault) -> HttpResponse:
    body = {"error": {"code": fault.code, "message": fault.message, "fields": {}}}
    return JsonResponse(body, status=fault.status)


def _page(request: HttpRequest, fault: Fault) -> HttpResponse:
    context: dict[str, Any] = {"message": fault.message, "status": fault.status}
    within = None if fault.status in WITHOUT_REQUEST else request
    try:
        html: str = render_to_string(f"{fault.status}.html", context, request=within)
    except Exception:
        # The page itself needed what is down.
        log.exception("error page failed", status=fault.status)
        html = f"<!doctype html><title>{fault.status}</title><p>{escape(fault.message)}</p>"
    return HttpResponse(html, status=fault.status)
