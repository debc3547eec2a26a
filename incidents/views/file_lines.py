"""The text of a log or of an archive's files by numbered lines, so that a search opens at the very line."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hindsight.lib.htmx import private
from incidents import access

# On one page so many lines, each up to so many characters.
LINES = 1000
LINE_CHARACTERS = 20_000


@require_safe
def file_lines(request: HttpRequest, number: int, pk: uuid.UUID) -> HttpResponse:
    """The lines from `?from=` on; what isn't a line of the file is its first."""
    incident = access.get_incident(request.user, number)
    file = access.get_attachment_of(incident, pk)
    lines = file.text.split("\n") if file.text else []
    first = _line(request.GET.get("from", ""), len(lines))
    shown = lines[first - 1 : first - 1 + LINES]
    context = {
        "incident": incident,
        "file": file,
        "lines": [(first + at, line[:LINE_CHARACTERS]) for at, line in enumerate(shown)],
        "count": len(lines),
        "earlier": max(1, first - LINES) if first > 1 else 0,
        "later": first + LINES if first + LINES <= len(lines) else 0,
    }
    return private(render(request, "incidents/file_lines.html", context))


def _line(text: str, count: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return number if 1 <= number <= count else 1
