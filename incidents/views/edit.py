"""Changing the fields of an incident, and the conflict when two people do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.incident import EditForm, stored_values
from incidents.models import Incident
from incidents.pages.catalogue import service_names, tag_names
from incidents.services.update import update
from incidents.views.replies import (
    CONFLICT,
    OK,
    Difference,
    attempt,
    conflict_words,
    difference,
    person,
    to_incident,
)


@require_http_methods(["GET", "HEAD", "POST"])
def incident_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Every field but the status."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _page(request, incident, EditForm(initial=stored_values(incident)), OK)
    form = EditForm(request.POST)

    def act() -> Incident:
        return update(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.incident_fields(),
        )

    try:
        changed, status = attempt(form, act)
    except StaleError as problem:
        return _conflict(request, problem.current, form)
    if changed is None:
        return _page(request, incident, form, status)
    messages.success(request, "Saved.")
    if not Incident.objects.visible_to(person(request)).filter(pk=changed.pk).exists():
        messages.warning(request, f"{changed.label} is private now and not open to you.")
    return to_incident(request, changed)


def _conflict(request: HttpRequest, current: Incident, form: EditForm) -> HttpResponse:
    """Both texts. Fields that this person left alone take what was saved meanwhile; theirs keep what they typed."""
    stored = EditForm(initial=stored_values(current))
    merged = _merged(form, stored)
    differences = _differences(merged, stored, [name for name in form.changed_data if name in EditForm.EDITED])
    context = {
        "differences": differences,
        "conflict": conflict_words(current.updated_at, timezone.now()),
        "comment": "\n\n".join(f"{found.label}: {found.mine}" for found in differences),
    }
    return _page(request, current, merged, CONFLICT, **context)


def _merged(form: EditForm, stored: EditForm) -> EditForm:
    """The form as it would be had this person begun from what is stored now."""
    data, sent = QueryDict(mutable=True), form.data
    assert isinstance(sent, QueryDict)
    for name, field in stored.fields.items():
        now = _values(stored[name])
        data.setlist(f"initial-{name}", now)
        kept = name in form.changed_data and name in EditForm.EDITED
        data.setlist(name, sent.getlist(name) if kept else now)
        if isinstance(field, forms.BooleanField) and data.getlist(name) in (["False"], []):
            data.setlist(name, [])
    return EditForm(data)


def _values(bound: forms.BoundField) -> list[str]:
    """What a field sends when it shows its initial value."""
    value = bound.value()
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _differences(merged: EditForm, stored: EditForm, names: list[str]) -> list[Difference]:
    found = []
    for name in names:
        mine, theirs = _shown(merged[name]), _shown(stored[name])
        if mine != theirs:
            found.append(difference(str(merged.fields[name].label), mine, theirs))
    return found


def _shown(bound: forms.BoundField) -> str:
    """A field's value in words."""
    value = bound.value()
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in values if one not in (None, ""))


def _page(request: HttpRequest, incident: Incident, form: EditForm, status: int, **more: Any) -> HttpResponse:
    user = person(request)
    context = {
        "incident": incident,
        "form": form,
        "service_names": service_names(user),
        "tag_names": tag_names(user),
        **more,
    }
    return private(render(request, "incidents/incident_edit.html", context, status=status))
