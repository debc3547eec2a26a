"""Steps of the diagnosis."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from hindsight.lib.htmx import private, wants_fragment
from incidents import access
from incidents.forms.diagnosis import MoveForm, OutcomeForm, StepEditForm, StepForm
from incidents.models import DiagnosisStep, Incident, Outcome
from incidents.services.diagnosis import add_step, decide_step, update_step
from incidents.services.moving import move_step, shift_step
from incidents.views.diagnosis import shown_diagnosis, to_diagnosis
from incidents.views.meeting import MetError, save
from incidents.views.replies import (
    CONFLICT,
    OK,
    act_once,
    attempt,
    conflict_words,
    form_again,
    person,
)

TEXTS = ("hypothesis", "action", "finding", "outcome")


@require_http_methods(["GET", "HEAD", "POST"])
def step_new(request: HttpRequest, number: int) -> HttpResponse:
    """A hypothesis, alone or below another (`?parent=`)."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        parent = request.GET.get("parent", "")[:18]
        if parent and wants_fragment(request):
            return _check_line(request, incident, parent)
        return _form_page(request, incident, StepForm(incident=incident, initial={"parent": parent}), OK)
    form = StepForm(request.POST, incident=incident)
    answer, status = attempt(
        form, lambda: act_once(request, form, f"step of {incident.label}", lambda: _added(request, incident, form))
    )
    if answer is None:
        return _form_page(request, incident, form, status)
    return _shown(request, incident, answer["step"])


def _check_line(request: HttpRequest, incident: Incident, parent: str) -> HttpResponse:
    """A form of one line, in the place under the step."""
    context = {
        "incident": incident,
        "form": StepForm(incident=incident),
        "parent": access.get_step(incident, int(parent) if parent.isdecimal() else 0).pk,
        "back": request.GET.get("back", "")[:10],
    }
    return private(render(request, "incidents/_check_form.html", context))


def _added(request: HttpRequest, incident: Incident, form: StepForm) -> dict[str, int]:
    step = add_step(incident=incident, by=person(request), now=timezone.now(), fields=form.step_fields())
    return {"step": step.pk}


@require_http_methods(["GET", "HEAD", "POST"])
def step_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Correct a step, or move it below another."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)

    def make(current: DiagnosisStep, data: QueryDict | None) -> StepEditForm:
        shown = {name: getattr(current, name) for name in (*TEXTS, "at", "version")}
        initial = {**shown, "parent": current.parent_id}
        return StepEditForm(data, incident=incident, without=current, initial=initial)

    def act(form: StepEditForm) -> DiagnosisStep:
        return update_step(
            step=step,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.step_fields(),
        )

    if request.method != "POST":
        return _form_page(request, incident, make(step, None), OK, step=step)
    try:
        form, changed, status = save(make(step, request.POST), act, make)
    except MetError as met:
        return _conflict(request, incident, met)
    if changed is None:
        return _form_page(request, incident, form, status, step=step)
    return _shown(request, incident, changed.pk)


def _conflict(request: HttpRequest, incident: Incident, met: MetError) -> HttpResponse:
    """Both texts. Fields that this person left alone take what was saved meanwhile; theirs keep what they typed."""
    words = conflict_words(None, timezone.now())
    context = {"conflict": words, "differences": met.differences, "comment": met.comment}
    return _form_page(request, incident, met.form, CONFLICT, step=met.current, **context)


@require_POST
def step_outcome(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Say what became of a hypothesis."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)
    form = OutcomeForm(request.POST)
    changed, status = attempt(
        form,
        lambda: decide_step(
            step=step,
            by=person(request),
            now=timezone.now(),
            outcome=form.cleaned_data["outcome"],
            finding=form.cleaned_data["finding"],
        ),
    )
    if changed is None:
        shown = {**{name: getattr(step, name) for name in (*TEXTS, "at", "version")}, "parent": step.parent_id}
        shown["finding"] = "\n\n".join(filter(None, [step.finding, request.POST.get("finding", "")]))
        edit = StepEditForm(incident=incident, without=step, initial=shown)
        return _form_page(request, incident, edit, status, step=step, problem=form.errors.get("outcome"))
    return _shown(request, incident, changed.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def step_move(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Put a step elsewhere in the tree: by one place, or to any place that is chosen from a list."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)
    if request.method != "POST":
        return _move_page(request, incident, step, MoveForm(incident=incident, step=step), OK)
    form = MoveForm(request.POST, incident=incident, step=step)
    moved, status = attempt(form, lambda: _moved(request, incident, step, form))
    if moved is None:
        if wants_fragment(request):
            words = " ".join(str(message) for messages_ in form.errors.values() for message in messages_)
            return trigger_client_event(shown_diagnosis(request, incident, pk), "hindsight:toast", _refusal(words))
        return _move_page(request, incident, step, form, status)
    return _shown(request, incident, pk)


def _refusal(words: str) -> dict[str, str]:
    return {"text": words, "level": "warning"}


def _moved(request: HttpRequest, incident: Incident, step: DiagnosisStep, form: MoveForm) -> DiagnosisStep:
    by, now = person(request), timezone.now()
    if form.cleaned_data["to"]:
        return shift_step(step=step, by=by, now=now, to=form.cleaned_data["to"])
    parent, before = form.place()
    return move_step(
        step=step,
        by=by,
        now=now,
        parent=access.get_step(incident, parent) if parent else None,
        before=access.get_step(incident, before) if before else None,
    )


def _move_page(
    request: HttpRequest, incident: Incident, step: DiagnosisStep, form: MoveForm, status: int
) -> HttpResponse:
    context = {"incident": incident, "step": step, "form": form, "heading": "Move a step of the diagnosis"}
    return form_again(request, fragment="incidents/_step_move_form.html", context=context, status=status)


def _shown(request: HttpRequest, incident: Incident, pk: int) -> HttpResponse:
    """The tree with the step in it, or its place on the page that it was sent from."""
    if wants_fragment(request):
        return shown_diagnosis(request, incident, pk)
    messages.success(request, "Saved.")
    return to_diagnosis(request, incident, f"step-{pk}")


def _form_page(request: HttpRequest, incident: Incident, form: Form, status: int, **more: object) -> HttpResponse:
    context = {
        "incident": incident,
        "form": form,
        "outcomes": Outcome.choices,
        "heading": "Correct a step of the diagnosis" if "step" in more else "Add a step to the diagnosis",
        **more,
    }
    return form_again(request, fragment="incidents/_step_form.html", context=context, status=status)
