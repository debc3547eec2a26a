"""The hand-over: a page to read and to copy, the same as Markdown, and the note on top of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.api import or_token
from hindsight.lib.htmx import private, redirect
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.workbench import HandoverForm
from incidents.models import HandoverNote, Incident
from incidents.pages.handover import read_handover
from incidents.services.handover import save_note
from incidents.views.replies import CONFLICT, OK, attempt, conflict_words, difference, person


@require_safe
def incident_handover(request: HttpRequest, number: int) -> HttpResponse:
    """What the next person has to know."""
    incident = access.get_incident(request.user, number)
    return _page(request, incident, None, OK)


@or_token
@require_safe
def handover_markdown(request: HttpRequest, number: int) -> HttpResponse:
    """The same as text."""
    incident = access.get_incident(request.user, number)
    text = read_handover(incident, person(request), timezone.now()).markdown
    answer = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{incident.label}-handover.md"'
    return private(answer)


@require_POST
def handover_note(request: HttpRequest, number: int) -> HttpResponse:
    """Write what stands on top."""
    incident = access.get_writable_incident(request.user, number)
    form = HandoverForm(request.POST)
    try:
        note, status = attempt(form, lambda: _saved(request, incident, form))
    except StaleError as problem:
        return _conflict(request, incident, form, problem.current)
    if note is None:
        return _page(request, incident, form, status)
    messages.success(request, "Saved.")
    return redirect(request, reverse("incident_handover", args=[incident.number]))


def _saved(request: HttpRequest, incident: Incident, form: HandoverForm) -> HandoverNote:
    data = form.cleaned_data
    return save_note(
        incident=incident, by=person(request), now=timezone.now(), body=data["body"], version=data["version"]
    )


def _conflict(
    request: HttpRequest, incident: Incident, form: HandoverForm, current: HandoverNote | None
) -> HttpResponse:
    """Both texts; what was typed stays in the form, and saving it again replaces theirs."""
    theirs = current.body if current else ""
    mine = form.cleaned_data["body"]
    again = HandoverForm(initial={"body": mine, "version": current.version if current else 0})
    context = {
        "conflict": conflict_words(current.updated_at if current else None, timezone.now()),
        "differences": [difference("Note", mine, theirs)],
        "comment": mine,
    }
    return _page(request, incident, again, CONFLICT, **context)


def _page(
    request: HttpRequest, incident: Incident, form: HandoverForm | None, status: int, **context: Any
) -> HttpResponse:
    handover = read_handover(incident, person(request), timezone.now())
    note = handover.note
    initial = {"body": note.body if note else "", "version": note.version if note else 0}
    context |= {
        "incident": incident,
        "handover": handover,
        "form": form or HandoverForm(initial=initial),
        "is_editing": form is not None,
        "can_write": person(request).can_write,
    }
    return private(render(request, "incidents/handover.html", context, status=status))
