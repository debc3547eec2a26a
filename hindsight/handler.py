"""How a request reaches Django."""

import re
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBase

BOUNDARY = re.compile(r"""boundary=("[^"]*"|[^;\s]+)""", re.IGNORECASE)


class Handler(WSGIHandler):
    """Django's handler, for which all text is UTF-8, whatever a request claims.

    Django itself decodes address and form by the claimed charset, before any middleware runs: one that is no text
    encoding (hex) breaks it there, and UTF-7 spells NUL and half characters in letters.
    """

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        """Answer one request."""
        environ["CONTENT_TYPE"] = plain(environ.get("CONTENT_TYPE") or "")
        return super().__call__(environ, start_response)


def plain(content_type: str) -> str:
    """The type without its parameters; a multipart body needs its boundary."""
    kind = content_type.partition(";")[0].strip()
    boundary = BOUNDARY.search(content_type) if kind.lower() == "multipart/form-data" else None
    return f"{kind}; {boundary[0]}" if boundary else kind
