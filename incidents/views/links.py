"""What an incident has to do with others, and merging it into one of them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hindsight.lib.htmx import private, redirect
from hindsight.lib.problems import InvalidError
from incidents import access
from incidents.forms.workbench import LinkForm, MergeForm
from incidents.models import Incident, IncidentLink, LinkKind
from incidents.pages.links import read_links
from incidents.pages.merging import Preview, read_preview
from incidents.services.links import link, unlink
from incidents.services.merge import merge
from incidents.views.replies import INVALID, OK, attempt, person, to_incident

UNKNOWN = "No such incident, or not shared with you."


@require_http_methods(["GET", "HEAD", "POST"])
def incident_links(request: HttpRequest, number: int) -> HttpResponse:
    """Its links as far as the reader may see both ends, and a new one."""
    incident = access.get_incident(request.user, number)
    if request.method != "POST":
        wanted = request.GET.get("kind", "")
        form = LinkForm(initial={"kind": wanted if wanted in LinkKind.values else LinkKind.RELATED})
        return _links_page(request, incident, form, OK)
    access.require_writer(request.user)
    form = LinkForm(request.POST)
    made, status = attempt(form, lambda: _linked(request, incident, form))
    if made is None:
        return _links_page(request, incident, form, status)
    messages.success(request, f"{incident.label}: {made.get_kind_display().lower()} another incident, written down.")
    return redirect(request, reverse("incident_links", args=[incident.number]))


def _linked(request: HttpRequest, incident: Incident, form: LinkForm) -> IncidentLink:
    data = form.cleaned_data
    target = other_incident(request, data["target"])
    return link(source=incident, target=target, kind=data["kind"], by=person(request), now=timezone.now())


@require_POST
def link_remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a link away."""
    incident = access.get_writable_incident(request.user, number)
    row = access.get_link(request.user, incident, pk)
    unlink(link=row, by=person(request), now=timezone.now())
    messages.success(request, "The link is gone.")
    return redirect(request, reverse("incident_links", args=[incident.number]))


@require_http_methods(["GET", "HEAD", "POST"])
def incident_merge(request: HttpRequest, number: int) -> HttpResponse:
    """Where to; then what would move, or why it can't; then the merge itself."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        form = MergeForm({"target": request.GET["into"]}) if request.GET.get("into") else MergeForm()
        preview, status = attempt(form, lambda: _preview(request, incident, form)) if form.is_bound else (None, OK)
        return _merge_page(request, incident, form, status, preview)
    form = MergeForm(request.POST)
    merged, status = attempt(form, lambda: _merged(request, incident, form))
    if merged is None:
        return _merge_page(request, incident, form, status)
    messages.success(request, f"{incident.label} is part of {merged.label} now; its number leads here.")
    return to_incident(request, merged)


def _preview(request: HttpRequest, incident: Incident, form: MergeForm) -> Preview:
    return read_preview(incident, other_incident(request, form.cleaned_data["target"]))


def _merged(request: HttpRequest, incident: Incident, form: MergeForm) -> Incident:
    target = other_incident(request, form.cleaned_data["target"])
    return merge(source=incident, target=target, by=person(request), now=timezone.now())


def other_incident(request: HttpRequest, number: int) -> Incident:
    """Another incident that a form names; InvalidError when it is unknown or hidden, which reads alike."""
    try:
        return access.get_incident(request.user, number)
    except Http404 as error:
        raise InvalidError({"target": UNKNOWN}) from error


def _links_page(request: HttpRequest, incident: Incident, form: LinkForm, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": incident,
        "form": form,
        "links": read_links(incident, person(request)),
        "can_write": person(request).can_write,
    }
    return private(render(request, "incidents/links.html", context, status=status))


def _merge_page(
    request: HttpRequest, incident: Incident, form: MergeForm, status: int, preview: Preview | None = None
) -> HttpResponse:
    context = {"incident": incident, "form": form, "preview": preview}
    return private(render(request, "incidents/merge.html", context, status=status or INVALID))
