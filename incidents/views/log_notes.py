"""Log lines that misled, were noise, were missing, or decided."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access
from incidents.forms.log import LogNoteForm
from incidents.models import Incident
from incidents.services.diagnosis import add_log_note, remove_log_note
from incidents.views.replies import OK, act_once, attempt, form_again, person, to_incident


@require_http_methods(["GET", "HEAD", "POST"])
def log_note_new(request: HttpRequest, number: int) -> HttpResponse:
    """Note what a log line or dashboard did for the diagnosis."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _page(request, incident, LogNoteForm(), OK)
    form = LogNoteForm(request.POST)
    answer, status = attempt(
        form, lambda: act_once(request, form, f"log note of {incident.label}", lambda: _added(request, incident, form))
    )
    if answer is None:
        return _page(request, incident, form, status)
    return to_incident(request, incident, f"log-note-{answer['note']}")


def _added(request: HttpRequest, incident: Incident, form: LogNoteForm) -> dict[str, int]:
    data = form.cleaned_data
    note = add_log_note(
        incident=incident,
        by=person(request),
        now=timezone.now(),
        verdict=data["verdict"],
        line=data["line"],
        emitted_by=data["emitted_by"],
        note=data["note"],
    )
    return {"note": note.pk}


@require_POST
def log_note_remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a log note away."""
    incident = access.get_writable_incident(request.user, number)
    remove_log_note(note=access.get_log_note(incident, pk))
    messages.success(request, "The log note is gone.")
    return to_incident(request, incident, "log-notes")


def _page(request: HttpRequest, incident: Incident, form: LogNoteForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Note what a log line did"}
    return form_again(request, fragment="incidents/_log_note_form.html", context=context, status=status)
