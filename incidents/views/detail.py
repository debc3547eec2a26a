"""The page of an incident, and the whole record as one file."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.api import or_token
from hindsight.lib.htmx import private, redirect, wants_fragment
from incidents import access, slots
from incidents.models import Incident, LogVerdict, Outcome, Status
from incidents.pages.excerpt import quote_of
from incidents.pages.export import markdown_of, record_of
from incidents.pages.live import PACE_S, state_of
from incidents.pages.record import Place, read_record, read_timeline
from incidents.pages.timeline import Timeline, part_named
from incidents.pages.whereabouts import whereabouts
from incidents.views.head import head_context
from incidents.views.replies import person


@require_safe
def incident_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that is known of an incident; of a long one the part that `?at=step-17` stands in.

    For htmx: its timeline alone, or with a cursor the next lines of it.
    """
    incident = access.get_incident(request.user, number)
    if incident.number != number:
        # It was merged; the browser takes the anchor along.
        query = request.META.get("QUERY_STRING", "")
        return redirect(request, incident.get_absolute_url() + (f"?{query}" if query else ""))
    now = timezone.now()
    place = place_of(request)
    if "at" in request.GET:
        spot = whereabouts(incident, request.GET["at"])
        if spot.address:
            return redirect(request, spot.address)
        place = replace(place, entry=spot.entry or place.entry, step=spot.step or place.step)
    if wants_fragment(request):
        return _timeline(request, incident, place)
    record = read_record(incident, place)
    context = {
        **log_context(request, incident, record.timeline),
        **head_context(request, incident, [node.step for node in record.tree.nodes], record.present),
        "live": {
            "since": state_of(incident, now),
            "pace_s": PACE_S,
            "is_closed": incident.status == Status.CLOSED,
        },
        "record": record,
        "tree": record.tree,
        "outcomes": Outcome.choices,
        "verdicts": LogVerdict.choices,
        "panels": slots.fill("incident", request, incident),
        "actions": slots.fill("incident_actions", request, incident),
        "postmortem_url": postmortem_url(incident),
        "now": now,
    }
    return private(render(request, "incidents/incident.html", context))


def _timeline(request: HttpRequest, incident: Incident, place: Place) -> HttpResponse:
    """Its lines alone, in the part and order that the address names."""
    context = {**log_context(request, incident, read_timeline(incident, place)), "linked_steps": True}
    return private(render(request, f"incidents/{'_timeline_more' if place.cursor else '_timeline'}.html", context))


def place_of(request: HttpRequest) -> Place:
    """Which part of the record the address names."""
    return Place(
        order=request.GET.get("order", ""),
        has_lines=request.GET.get("lines") != "0",
        part=part_named(request.GET.get("view", ""), request.GET.get("kind", "")),
        cursor=request.GET.get("cursor", "")[:500],
        entry=_number(request, "entry"),
        step=_number(request, "step"),
        steps=_number(request, "steps") or 1,
    )


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def log_context(request: HttpRequest, incident: Incident, timeline: Timeline) -> dict[str, object]:
    """What the composer and the timeline need."""
    return {
        "incident": incident,
        "timeline": timeline,
        "quoted": _quoted(request, incident),
        "can_write": person(request).can_write,
        "line_tools": True,
    }


def _quoted(request: HttpRequest, incident: Incident) -> str:
    """What the composer begins with: the line that the address says to quote."""
    pk = _number(request, "quote")
    entry = incident.entries.select_related("author").filter(pk=pk).first() if pk else None
    return quote_of(incident, entry) if entry else ""


def postmortem_url(incident: Incident) -> str:
    """Where its postmortem is; nothing while no app offers one."""
    try:
        return reverse("postmortem", args=[incident.number])
    except NoReverseMatch:
        return ""


@or_token
@require_safe
def incident_markdown(request: HttpRequest, number: int) -> HttpResponse:
    """The whole visible record, to be read anywhere."""
    incident = access.get_incident(request.user, number)
    answer = HttpResponse(markdown_of(record_of(incident)), content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{incident.label}.md"'
    return private(answer)


@or_token
@require_safe
def incident_json(request: HttpRequest, number: int) -> HttpResponse:
    """The whole visible record, for programs."""
    incident = access.get_incident(request.user, number)
    return private(JsonResponse(record_of(incident), json_dumps_params={"ensure_ascii": False, "indent": 2}))
