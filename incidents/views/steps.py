"""Steps of the diagnosis."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.diagnosis import OutcomeForm, StepEditForm, StepForm
from incidents.models import DiagnosisStep, Incident, Outcome
from incidents.pages.record import Place, read_record
from incidents.services.diagnosis import add_step, update_step
from incidents.views.detail import place_of
from incidents.views.replies import (
    CONFLICT,
    OK,
    act_once,
    attempt,
    conflict_words,
    difference,
    form_again,
    person,
    to_incident,
)

TEXTS = ("hypothesis", "action", "finding", "outcome")


@require_http_methods(["GET", "HEAD", "POST"])
def step_new(request: HttpRequest, number: int) -> HttpResponse:
    """A hypothesis, alone or below another (`?parent=`)."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        parent = request.GET.get("parent", "")[:18]
        return _form_page(request, incident, StepForm(incident=incident, initial={"parent": parent}), OK)
    form = StepForm(request.POST, incident=incident)
    answer, status = attempt(
        form, lambda: act_once(request, form, f"step of {incident.label}", lambda: _added(request, incident, form))
    )
    if answer is None:
        return _form_page(request, incident, form, status)
    return _shown(request, incident, answer["step"])


def _added(request: HttpRequest, incident: Incident, form: StepForm) -> dict[str, int]:
    step = add_step(incident=incident, by=person(request), now=timezone.now(), fields=form.step_fields())
    return {"step": step.pk}


@require_http_methods(["GET", "HEAD", "POST"])
def step_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Correct a step, or move it below another."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)
    if request.method != "POST":
        shown = {name: getattr(step, name) for name in (*TEXTS, "at", "version")}
        form = StepEditForm(incident=incident, without=step, initial={**shown, "parent": step.parent_id})
        return _form_page(request, incident, form, OK, step=step)
    form = StepEditForm(request.POST, incident=incident, without=step)

    def act() -> DiagnosisStep:
        return update_step(
            step=step,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.step_fields(),
        )

    try:
        changed, status = attempt(form, act)
    except StaleError as problem:
        return _conflict(request, incident, problem.current, form)
    if changed is None:
        return _form_page(request, incident, form, status, step=step)
    return _shown(request, incident, changed.pk)


def _conflict(request: HttpRequest, incident: Incident, current: DiagnosisStep, form: StepEditForm) -> HttpResponse:
    data = {**form.data.dict(), "version": str(current.version)}  # type: ignore[attr-defined]  # a QueryDict
    again = StepEditForm(data, incident=incident, without=current)
    pairs = [(name, str(form.cleaned_data[name]), str(getattr(current, name))) for name in TEXTS]
    differences = [
        difference(str(form.fields[name].label), mine, theirs) for name, mine, theirs in pairs if mine != theirs
    ]
    return _form_page(
        request,
        incident,
        again,
        CONFLICT,
        step=current,
        conflict=conflict_words(None, timezone.now()),
        differences=differences,
        comment="\n\n".join(f"{found.label}: {found.mine}" for found in differences),
    )


@require_POST
def step_outcome(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Say what became of a hypothesis."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)
    form = OutcomeForm(request.POST)
    changed, status = attempt(
        form,
        lambda: update_step(
            step=step,
            by=person(request),
            now=timezone.now(),
            version=None,
            fields={"outcome": form.cleaned_data["outcome"]},
        ),
    )
    if changed is None:
        shown = {**{name: getattr(step, name) for name in (*TEXTS, "at", "version")}, "parent": step.parent_id}
        edit = StepEditForm(incident=incident, without=step, initial=shown)
        return _form_page(request, incident, edit, status, step=step, problem=form.errors.get("outcome"))
    return _shown(request, incident, changed.pk)


def _shown(request: HttpRequest, incident: Incident, pk: int) -> HttpResponse:
    """The tree with the step in it; for htmx with the timeline, which has a new line as well."""
    if not wants_fragment(request):
        messages.success(request, "Saved.")
        return to_incident(request, incident, f"step-{pk}")
    record = read_record(incident, Place(order=place_of(request).order, step=pk))
    context = {
        "incident": incident,
        "tree": record.tree,
        "timeline": record.timeline,
        "outcomes": Outcome.choices,
        "can_write": True,
        "with_timeline": True,
    }
    return private(render(request, "incidents/_diagnosis.html", context))


def _form_page(request: HttpRequest, incident: Incident, form: StepForm, status: int, **more: object) -> HttpResponse:
    context = {
        "incident": incident,
        "form": form,
        "outcomes": Outcome.choices,
        "heading": "Correct a step of the diagnosis" if "step" in more else "Add a step to the diagnosis",
        **more,
    }
    return form_again(request, fragment="incidents/_step_form.html", context=context, status=status)
