"""Evidence of steps."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from incidents import access
from incidents.forms.evidence import EvidenceEditForm, EvidenceForm
from incidents.models import Attachment, DiagnosisStep, Incident, Snippet, StepEvidence, TimelineEntry
from incidents.services.attachments import attach_stored, on_disk
from incidents.services.evidence import add_evidence, remove_evidence, update_evidence
from incidents.services.snippets import add_coloured, coloured
from incidents.views.meeting import MetError, save
from incidents.views.replies import (
    CONFLICT,
    OK,
    act_once,
    attempt,
    conflict_words,
    form_again,
    named_uploads,
    person,
    to_incident,
)

WORDS = ("meaning", "label", "from_at", "until_at", "version")


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_new(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Rest a step on something that the incident has (`?source=snippet:3&lines=12-20`), on a paste, or on a link."""
    incident = access.get_writable_incident(request.user, number)
    step = access.get_step(incident, pk)
    if request.method != "POST":
        asked = {name: request.GET.get(name, "")[:60] for name in ("source", "lines")}
        return _new_page(request, step, EvidenceForm(incident=incident, initial=asked), OK)
    form = EvidenceForm(request.POST, request.FILES, incident=incident)
    answer, status = attempt(form, lambda: _added(request, step, form))
    if answer is None:
        return _new_page(request, step, form, status)
    messages.success(request, "The evidence is on its step.")
    return to_incident(request, incident, f"evidence-{answer['evidence']}")


def _added(request: HttpRequest, step: DiagnosisStep, form: EvidenceForm) -> dict[str, int]:
    data, by, now = form.cleaned_data, person(request), timezone.now()
    # Colours and files take their time: they come before the transaction.
    snippet = coloured(code=data["code"]) if data["code"].strip() else None
    with on_disk(named_uploads(form)[:1]) as files:

        def act() -> dict[str, int]:
            source = data["source"]
            if snippet:
                source = add_coloured(snippet=snippet, incident=step.incident, by=by, now=now, step=step)
            for row in files:
                source = attach_stored(row=row, incident=step.incident, by=by, now=now, step=step)
            evidence = add_evidence(
                step=step,
                by=by,
                now=now,
                **_named(source),
                url=data["url"],
                is_metric=data["is_metric"],
                first_line=data["lines"][0],
                last_line=data["lines"][1],
                fields=form.evidence_fields(),
            )
            return {"evidence": evidence.pk}

        return act_once(request, form, f"evidence of step {step.pk}", act)


def _named(source: Snippet | Attachment | TimelineEntry | None) -> dict[str, Any]:
    names = {Snippet: "snippet", Attachment: "attachment", TimelineEntry: "entry"}
    return {names[type(source)]: source} if source is not None else {}


def _new_page(request: HttpRequest, step: DiagnosisStep, form: EvidenceForm, status: int) -> HttpResponse:
    context = {"incident": step.incident, "step": step, "form": form, "heading": "Add evidence to a step"}
    return form_again(request, fragment="incidents/_evidence_form.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Correct what is said beside a source; the source stays."""
    incident = access.get_writable_incident(request.user, number)
    evidence = access.get_evidence(incident, pk)
    if request.method != "POST":
        return _edit_page(request, incident, evidence, _form_of(evidence, None), OK)

    def act(form: EvidenceEditForm) -> StepEvidence:
        return update_evidence(
            evidence=evidence,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.evidence_fields(),
        )

    try:
        form, changed, status = save(_form_of(evidence, request.POST), act, _form_of)
    except MetError as met:
        words = conflict_words(None, timezone.now())
        context = {"conflict": words, "differences": met.differences, "comment": met.comment}
        return _edit_page(request, incident, met.current, met.form, CONFLICT, **context)
    if changed is None:
        return _edit_page(request, incident, evidence, form, status)
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _form_of(current: StepEvidence, data: QueryDict | None) -> EvidenceEditForm:
    return EvidenceEditForm(data, initial={name: getattr(current, name) for name in WORDS})


def _edit_page(
    request: HttpRequest,
    incident: Incident,
    evidence: StepEvidence,
    form: Form,
    status: int,
    **more: object,
) -> HttpResponse:
    context = {"incident": incident, "evidence": evidence, "form": form, "heading": "Correct evidence", **more}
    return form_again(request, fragment="incidents/_evidence_edit_form.html", context=context, status=status)


@require_POST
def evidence_remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take evidence off its step."""
    incident = access.get_writable_incident(request.user, number)
    evidence = access.get_evidence(incident, pk)
    step = evidence.step
    remove_evidence(evidence=evidence)
    messages.success(request, "The evidence is off its step; its source is where it was.")
    return to_incident(request, incident, step.anchor)
