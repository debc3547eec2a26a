"""Changing the fields of an incident, and the conflict when two people do."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private
from incidents import access
from incidents.forms.incident import EditForm, stored_values
from incidents.models import Incident
from incidents.pages.catalogue import service_names, tag_names
from incidents.services.update import update
from incidents.views.meeting import MetError, save
from incidents.views.replies import CONFLICT, OK, conflict_words, person, to_incident


@require_http_methods(["GET", "HEAD", "POST"])
def incident_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Every field but the status."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _page(request, incident, EditForm(initial=stored_values(incident)), OK)

    def act(form: EditForm) -> Incident:
        return update(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.incident_fields(),
        )

    try:
        form, changed, status = save(EditForm(request.POST), act, _form_of)
    except MetError as met:
        return _conflict(request, met)
    if changed is None:
        return _page(request, incident, form, status)
    messages.success(request, "Saved.")
    if not Incident.objects.visible_to(person(request)).filter(pk=changed.pk).exists():
        messages.warning(request, f"{changed.label} is private now and not open to you.")
    return to_incident(request, changed)


def _form_of(current: Incident, data: QueryDict | None) -> EditForm:
    return EditForm(initial=stored_values(current)) if data is None else EditForm(data)


def _conflict(request: HttpRequest, met: MetError) -> HttpResponse:
    """Both texts. Fields that this person left alone take what was saved meanwhile; theirs keep what they typed."""
    words = conflict_words(met.current.updated_at, timezone.now())
    context = {"differences": met.differences, "conflict": words, "comment": met.comment}
    return _page(request, met.current, met.form, CONFLICT, **context)


def _page(request: HttpRequest, incident: Incident, form: Form, status: int, **more: Any) -> HttpResponse:
    user = person(request)
    context = {
        "incident": incident,
        "form": form,
        "service_names": service_names(user),
        "tag_names": tag_names(user),
        **more,
    }
    return private(render(request, "incidents/incident_edit.html", context, status=status))
