"""The board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hindsight.lib.htmx import private
from incidents import slots
from incidents.answers import answers
from incidents.pages.board import read_board
from incidents.views.replies import person


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is on fire, what was put out lately."""
    shown = read_board(person(request))
    context = {
        "board": shown,
        "answers": answers([incident.pk for incident in shown.lately]),
        "panels": slots.fill("board", request),
        "now": timezone.now(),
    }
    return private(render(request, "incidents/board.html", context))
