"""What stands around every request: its line in the log, its limits, the answer when what it needs is down."""

import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.functional import SimpleLazyObject

from hindsight import faults
from hindsight.lib.files import MEGABYTE
from hindsight.lib.logs import masked
from hindsight.views import errors

View = Callable[..., Any]
access_log = structlog.get_logger("hindsight.access")

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Forms have text beside the file, and multipart adds its own lines.
SLACK = 2 * 1024 * 1024
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
LINGER_SECONDS = 10.0
CHUNK = 64 * 1024


class AccessLogMiddleware:
    """One line a request, as JSON: id, method, path without its query, status, milliseconds, who. Never a token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Everything logged on the way carries the request's id, which the answer names as X-Request-ID."""
        began = time.perf_counter()
        request_id = _request_id(request)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            _write_line(request, response, (time.perf_counter() - began) * 1000)
        return response


class LingeringResponse(HttpResponse):
    """An answer given before the body was read: a sender that is cut off while it still sends would never see it."""

    def __init__(self, original: HttpResponse, request: HttpRequest) -> None:
        super().__init__(original.content, status=original.status_code, headers=dict(original.headers))
        self.headers["Connection"] = "close"
        self.request = request

    def close(self) -> None:
        """Called once the answer is out: reads on and forgets, for ten seconds at most."""
        super().close()
        _swallow(self.request)


class GuardMiddleware:
    """Turns away what is too large or malformed before it is read, and answers for faults of database and disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing that the application makes is for caches, unless its view says so."""
        if _holds_nul(request):
            return errors.answer(request, errors.BAD_REQUEST)
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Before anything reads the body, but after sign-in is known, so that the page has its navigation."""
        fault = _too_large(request)
        if fault is None:
            return None
        return LingeringResponse(errors.answer(request, fault), request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a fault in a view; bugs go on to the 500 page and, with their traceback, to the log."""
        fault = faults.fault_of(exception)
        if fault is None:
            return errors.answer(request, errors.BAD_REQUEST) if isinstance(exception, UNREADABLE) else None
        access_log.warning("fault", code=fault.code, problem=masked(str(exception)))
        return errors.answer(request, fault)


# The sender went away half-way, or sent no proper multipart body.
UNREADABLE = (UnreadablePostError, MultiPartParserError)


def _holds_nul(request: HttpRequest) -> bool:
    """PostgreSQL takes no NUL, and none is meant anywhere. Cookies may spell it: "\\000"."""
    words = (request.path, *request.COOKIES.values(), *request.headers.values())
    return "%00" in request.META.get("QUERY_STRING", "") or any("\0" in word for word in words)


def _request_id(request: HttpRequest) -> str:
    """A proxy's id where it is harmless, so that both logs can be matched; else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _write_line(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    write = access_log.debug if request.path in PROBES and response.status_code < 400 else access_log.info
    write(
        "request",
        method=request.method,
        path=masked(request.path),
        status=response.status_code,
        ms=round(milliseconds, 1),
        user=_user_id(request),
    )


def _user_id(request: HttpRequest) -> int | None:
    """Who asked, where something has asked that before: the log must not cause a query."""
    user = vars(request).get("user")
    if type(user) is SimpleLazyObject:
        user = vars(request).get("_cached_user")
    return getattr(user, "pk", None)


def _too_large(request: HttpRequest) -> faults.Fault | None:
    length = _announced_length(request)
    if request.content_type == "multipart/form-data":
        limit = settings.UPLOAD_MAX_MB * MEGABYTE + SLACK
        return faults.upload_too_large(length) if length > limit else None
    return faults.text_too_large() if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE else None


def _announced_length(request: HttpRequest) -> int:
    word = request.META.get("CONTENT_LENGTH") or "0"
    return int(word) if word.isdigit() else 0


def _swallow(request: HttpRequest) -> None:
    deadline = time.monotonic() + LINGER_SECONDS
    # Whatever the sender's stream does now, the answer is out.
    with suppress(Exception):
        while time.monotonic() < deadline and request.read(CHUNK):
            pass
