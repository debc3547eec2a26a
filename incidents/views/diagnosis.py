"""The diagnosis as a whole: its board, the list of what to check first, and how its forms answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hindsight.lib.htmx import private, redirect, wants_fragment
from incidents import access
from incidents.forms.diagnosis import FirstCheckForm
from incidents.models import FirstCheck, Incident, LogVerdict, Outcome
from incidents.pages.record import Place, Record, read_record
from incidents.services.evidence import add_first_check, remove_first_check
from incidents.views.detail import place_of
from incidents.views.replies import OK, attempt, form_again, person, to_incident

BOARD = "board"


@require_safe
def diagnosis_board(request: HttpRequest, number: int) -> HttpResponse:
    """The tree of steps over the whole width, with the log lines beside it."""
    incident = access.get_incident(request.user, number)
    record = read_record(incident, place_of(request))
    context = {**_context(request, incident, record), "record": record, "is_board": True}
    return private(render(request, "incidents/diagnosis.html", context))


def shown_diagnosis(request: HttpRequest, incident: Incident, step: int | None = None) -> HttpResponse:
    """For htmx: the tree; on the incident's page with the timeline, which may have a new line as well."""
    record = read_record(incident, Place(order=place_of(request).order, step=step))
    is_board = _is_from_board(request)
    context = {**_context(request, incident, record), "is_board": is_board, "with_timeline": not is_board}
    return private(render(request, "incidents/_diagnosis.html", context))


def to_diagnosis(request: HttpRequest, incident: Incident, anchor: str) -> HttpResponse:
    """To a place in the tree, on the page that the form was sent from."""
    if _is_from_board(request):
        return redirect(request, f"{reverse('diagnosis_board', args=[incident.number])}#{anchor}")
    return to_incident(request, incident, anchor)


def _is_from_board(request: HttpRequest) -> bool:
    return request.POST.get("back", "") == BOARD


def _context(request: HttpRequest, incident: Incident, record: Record) -> dict[str, object]:
    return {
        "incident": incident,
        "tree": record.tree,
        "timeline": record.timeline,
        "outcomes": Outcome.choices,
        "verdicts": LogVerdict.choices,
        "can_write": person(request).can_write,
        "now": timezone.now(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def first_check_new(request: HttpRequest, number: int) -> HttpResponse:
    """Put a line on the list of what to check first the next time."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _first_check_page(request, incident, FirstCheckForm(), OK)
    return _listed(request, incident, FirstCheckForm(request.POST), step=None)


@require_POST
def step_check_first(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Put a step on that list."""
    incident = access.get_writable_incident(request.user, number)
    access.get_step(incident, pk)
    return _listed(request, incident, FirstCheckForm(request.POST), step=pk)


def _listed(request: HttpRequest, incident: Incident, form: FirstCheckForm, *, step: int | None) -> HttpResponse:
    def act() -> FirstCheck:
        return add_first_check(
            incident=incident,
            by=person(request),
            now=timezone.now(),
            text=form.cleaned_data["text"],
            step=access.get_step(incident, step) if step else None,
        )

    check, status = attempt(form, act)
    if check is None:
        return _first_check_page(request, incident, form, status)
    if wants_fragment(request):
        return shown_diagnosis(request, incident, step)
    messages.success(request, "It is on the list of what to check first.")
    return to_diagnosis(request, incident, f"first-check-{check.pk}")


def _first_check_page(request: HttpRequest, incident: Incident, form: FirstCheckForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "What to check first next time"}
    return form_again(request, fragment="incidents/_first_check_form.html", context=context, status=status)


@require_POST
def first_check_remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a line off that list."""
    incident = access.get_writable_incident(request.user, number)
    remove_first_check(check=access.get_first_check(incident, pk))
    if wants_fragment(request):
        return shown_diagnosis(request, incident)
    return to_diagnosis(request, incident, "diagnosis")
