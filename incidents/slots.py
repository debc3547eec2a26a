"""Places on the record's pages that apps above it fill: they register there when they are ready."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from incidents.models import Incident

Place: TypeAlias = Literal["board", "incident", "incident_actions"]
Filler: TypeAlias = Callable[[HttpRequest, Incident | None], SafeString]
_fillers: dict[Place, list[Filler]] = {"board": [], "incident": [], "incident_actions": []}


def register(place: Place, filler: Filler) -> None:
    """Let `filler` add HTML: `board` beside the open incidents, `incident` above its timeline, `incident_actions`
    among its buttons. It gets the incident (None on the board) and returns an empty string for nothing."""
    if filler not in _fillers[place]:
        _fillers[place].append(filler)


def fill(place: Place, request: HttpRequest, incident: Incident | None = None) -> SafeString:
    """What the fillers of a place have to say about this request; "" when none has anything, white space aside."""
    said = (SafeString(filler(request, incident).strip()) for filler in _fillers[place])
    return format_html_join("", "{}", ((html,) for html in said))
