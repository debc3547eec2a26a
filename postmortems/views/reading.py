"""Reading postmortems: one as a page, as Markdown and as JSON, and the library of all."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render as render_page
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.api import or_token
from accounts.models import User
from hindsight.lib.htmx import private, render
from incidents.access import NOT_FOUND, get_incident
from postmortems.access import WITH, get_postmortem
from postmortems.export import as_markdown
from postmortems.export_json import as_json
from postmortems.models import Postmortem
from postmortems.pages.library import read_library
from postmortems.pages.reading import Reading, read_around, read_reading
from postmortems.services.choosing import choose


@require_safe
def postmortem(request: HttpRequest, number: int) -> HttpResponse:
    """The postmortem of an incident; before it is begun, the way to begin it."""
    incident = get_incident(request.user, number)
    row = (
        Postmortem.objects.filter(incident=incident)
        .select_related(*WITH, "begun_by", "published_by", "waiver_by")
        .first()
    )
    assert isinstance(request.user, User)
    context = {
        "reading": read_reading(incident, row, reader=request.user, view=request.GET.get("diagnosis", "")),
        "around": read_around(row, reader=request.user) if row else None,
        "incident": incident,
        "postmortem": row,
        "today": timezone.localdate(),
        "choice": None if row else choose(incident),
    }
    name = "postmortems/postmortem.html" if row else "postmortems/none.html"
    return private(render_page(request, name, context))


@or_token
@require_safe
def markdown(request: HttpRequest, number: int) -> HttpResponse:
    """The postmortem as a Markdown file, shown as text."""
    text = as_markdown(_begun(request, number))
    return private(HttpResponse(text, content_type="text/markdown; charset=utf-8"))


@or_token
@require_safe
def json(request: HttpRequest, number: int) -> HttpResponse:
    """The postmortem as JSON."""
    return private(JsonResponse(as_json(_begun(request, number))))


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """All postmortems that the reader may see."""
    assert isinstance(request.user, User)
    context = {"library": read_library(request.user, request.GET)}
    return render(request, page="postmortems/library.html", fragment="postmortems/_library.html", context=context)


def _begun(request: HttpRequest, number: int) -> Reading:
    row = get_postmortem(request.user, number)
    if row is None:
        raise Http404(NOT_FOUND)
    assert isinstance(request.user, User)
    return read_reading(row.incident, row, reader=request.user)
