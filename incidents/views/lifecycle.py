"""Status and severity of an incident."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.lifecycle import SeverityForm, StatusForm
from incidents.models import Incident, Severity, Status
from incidents.pages.lifecycle import stages
from incidents.services.update import change_severity, change_status
from incidents.views.replies import CONFLICT, OK, attempt, conflict_words, form_again, person, to_incident

Changed = tuple[Incident | None, int]


@require_http_methods(["GET", "HEAD", "POST"])
def incident_status(request: HttpRequest, number: int) -> HttpResponse:
    """Move an incident on, or back with a reason."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        wanted = request.GET.get("to", "")
        form = StatusForm(initial={"status": wanted if wanted in Status.values else None, "seen": incident.status})
        if wanted in Status.values:
            # Who comes here from the stages has chosen; the reason is what is missing.
            form.fields["reason"].widget.attrs["autofocus"] = True
        return _status_page(request, incident, form, OK)
    form = StatusForm(request.POST)

    def act() -> Incident:
        data = form.cleaned_data
        return change_status(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            status=data["status"],
            reason=data["reason"],
            version=data["version"],
            seen=data["seen"],
        )

    changed, status = _attempt(form, incident, act)
    if changed is None:
        return _status_page(request, changed_meanwhile(incident, status), form, status)
    messages.success(request, f"{changed.label} is {changed.get_status_display().lower()} now.")
    return to_incident(request, changed)


@require_http_methods(["GET", "HEAD", "POST"])
def incident_severity(request: HttpRequest, number: int) -> HttpResponse:
    """Rate an incident anew."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        form = SeverityForm(initial={"severity": incident.severity, "seen": incident.severity})
        return _severity_page(request, incident, form, OK)
    form = SeverityForm(request.POST)

    def act() -> Incident:
        data = form.cleaned_data
        return change_severity(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            severity=data["severity"],
            version=data["version"],
            seen=data["seen"],
        )

    changed, status = _attempt(form, incident, act)
    if changed is None:
        return _severity_page(request, changed_meanwhile(incident, status), form, status)
    messages.success(request, f"{changed.label} is {Severity(changed.severity).value} now.")
    return to_incident(request, changed)


def _attempt(form: StatusForm | SeverityForm, incident: Incident, act: Callable[[], Incident]) -> Changed:
    try:
        return attempt(form, act)
    except StaleError as problem:
        current: Incident = problem.current
        # What was chosen stays chosen; sending it again then means the incident as it is now.
        seen = current.status if isinstance(form, StatusForm) else current.severity
        form.data = {**form.data.dict(), "version": "", "seen": seen}  # type: ignore[attr-defined]  # a QueryDict
        form.add_error(None, conflict_words(current.updated_at, timezone.now()))
        return None, CONFLICT


def changed_meanwhile(incident: Incident, status: int) -> Incident:
    """The row as it is now when somebody else was quicker; else the one that is known."""
    if status == CONFLICT:
        incident.refresh_from_db()
    return incident


def _status_page(request: HttpRequest, incident: Incident, form: StatusForm, status: int) -> HttpResponse:
    allowed = {stage.status.value for stage in stages(incident) if not stage.is_here}
    context: dict[str, Any] = {"incident": incident, "form": form, "heading": "Change the status", "allowed": allowed}
    return form_again(request, fragment="incidents/_status_form.html", context=context, status=status)


def _severity_page(request: HttpRequest, incident: Incident, form: SeverityForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Change the severity"}
    return form_again(request, fragment="incidents/_severity_form.html", context=context, status=status)
