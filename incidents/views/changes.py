"""What changed before an incident, and what was found about it."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hindsight.lib.htmx import redirect, render, wants_fragment
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.workbench import ChangeForm, VerdictForm
from incidents.models import Change, ChangeVerdict, Incident
from incidents.pages.catalogue import service_names
from incidents.pages.changes import read_changes
from incidents.services.changes import ChangeFields, judge, note_change
from incidents.views.head import changes_address, head_context
from incidents.views.replies import CONFLICT, INVALID, OK, act_once, attempt, form_again, person


@require_safe
def incident_changes(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that changed in the 24 hours before, with verdicts; for htmx the list alone."""
    incident = access.get_incident(request.user, number)
    return _list(request, incident, VerdictForm(), OK)


@require_http_methods(["GET", "HEAD", "POST"])
def change_new(request: HttpRequest, number: int) -> HttpResponse:
    """Tell of a change by hand."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _form(request, incident, ChangeForm(), OK)
    form = ChangeForm(request.POST)
    answer, status = attempt(
        form, lambda: act_once(request, form, f"change of {incident.label}", lambda: _noted(request, incident, form))
    )
    if answer is None:
        return _form(request, incident, form, status)
    messages.success(request, "Noted. Say what it had to do with it as soon as you know.")
    return redirect(request, changes_address(incident))


def _noted(request: HttpRequest, incident: Incident, form: ChangeForm) -> dict[str, int]:
    data = form.cleaned_data
    fields: ChangeFields = {
        "title": data["title"],
        "kind": data["kind"],
        "service": data["service"],
        "version": data["version"],
        "author": data["author"],
        "url": data["url"],
    }
    if data["at"]:
        fields["at"] = data["at"]
    change = note_change(incident=incident, by=person(request), now=timezone.now(), fields=fields)
    return {"change": change.pk}


@require_POST
def change_verdict(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Say what a change had to do with it: one click, and a reason to clear it."""
    incident = access.get_writable_incident(request.user, number)
    change = access.get_change(incident, pk)
    form = VerdictForm(request.POST)
    try:
        judged, status = attempt(form, lambda: _judged(request, incident, change, form))
    except StaleError as problem:
        form.add_error(None, _meanwhile(problem.current))
        judged, status = None, CONFLICT
    if judged is None:
        return _list(request, incident, form, status, failed=change.pk)
    if wants_fragment(request):
        # The list's own page has no glance to be drawn again.
        is_alone = urlsplit(request.headers.get("HX-Current-URL", "")).path == changes_address(incident)
        return _list(request, incident, VerdictForm(), OK, with_glance=not is_alone)
    messages.success(request, "Written down, and in the timeline.")
    return redirect(request, f"{changes_address(incident)}#change-{change.pk}")


def _judged(request: HttpRequest, incident: Incident, change: Change, form: VerdictForm) -> bool:
    data = form.cleaned_data
    # A page always says what it showed; a form made by hand need not.
    seen = data["seen"] if "seen" in request.POST else None
    judge(
        incident=incident,
        change=change,
        verdict=data["verdict"],
        by=person(request),
        now=timezone.now(),
        why=data["why"],
        seen=seen,
    )
    return True


def _meanwhile(current: ChangeVerdict | None) -> str:
    if current is None:
        return "Somebody took the verdict back meanwhile. Nothing of yours was saved."
    who = current.by.shown_name if current.by else "Somebody"
    return f"{who} said “{current.get_verdict_display()}” meanwhile. Look at it, then decide."


def _list(
    request: HttpRequest,
    incident: Incident,
    form: VerdictForm,
    status: int,
    *,
    failed: int | None = None,
    with_glance: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {
        "incident": incident,
        "changes": read_changes(incident),
        "can_write": person(request).can_write,
        "form": form,
        "failed": failed,
        "with_glance": with_glance,
    }
    if with_glance:
        context |= head_context(request, incident)
    shown = INVALID if status == INVALID else status
    return render(
        request, page="incidents/changes.html", fragment="incidents/_changes.html", context=context, status=shown
    )


def _form(request: HttpRequest, incident: Incident, form: ChangeForm, status: int) -> HttpResponse:
    context = {
        "incident": incident,
        "form": form,
        "heading": "What changed?",
        "service_names": service_names(person(request)),
        "back": changes_address(incident),
    }
    return form_again(request, fragment="incidents/_change_form.html", context=context, status=status)
