"""Proof of the fix and the waiver, parts of the editor that save by themselves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import private, redirect
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Attachment
from incidents.services.attachments import attach_stored, on_disk
from postmortems.access import get_evidence, get_writable_postmortem
from postmortems.forms import EvidenceForm, WaiverForm
from postmortems.models import Evidence, Postmortem
from postmortems.pages.editor import EditorForms
from postmortems.services import proof as service
from postmortems.views import rendering

EVIDENCE = "postmortems/_evidence.html"
FIELDS = (
    "method",
    "claim",
    "result",
    "detail",
    "url",
    "snippet",
    "attachment",
    "environment",
    "app_version",
    "at",
    "watch_until",
    "version",
)


@lands_on("postmortem_edit")
@require_POST
def add(request: HttpRequest, number: int) -> HttpResponse:
    """Add a proof."""
    postmortem = get_writable_postmortem(request.user, number)
    form = EvidenceForm(postmortem.incident, request.POST, request.FILES, prefix="proof")
    if form.is_valid() and _kept(request, postmortem, form):
        return rendering.changed(request, postmortem, fragment=EVIDENCE, anchor="evidence", said="Proof added.")
    return rendering.editor(request, postmortem, fragment=EVIDENCE, status=422, sent=EditorForms(evidence=form))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A proof on a page of its own."""
    postmortem = get_writable_postmortem(request.user, number)
    row = get_evidence(postmortem, pk)
    initial = {name: getattr(row, name) for name in FIELDS}
    form = EvidenceForm(postmortem.incident, request.POST or None, request.FILES or None, initial=initial)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            if _kept(request, postmortem, form, row):
                return redirect(request, _back(number))
        except StaleError as problem:
            status = 409
            row = problem.current or row
            form.add_error(
                None, "Somebody changed this proof meanwhile; their text is below. Save again to keep yours."
            )
            rendering.rebase(form, row.version)
    context = {"postmortem": postmortem, "incident": postmortem.incident, "form": form, "proof": row, "status": status}
    return private(render(request, "postmortems/proof.html", context, status=status))


@lands_on("postmortem_edit")
@require_POST
def remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a proof away."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    service.remove_evidence(evidence=get_evidence(postmortem, pk), by=request.user, now=timezone.now())
    return rendering.changed(request, postmortem, fragment=EVIDENCE, anchor="evidence", said="Proof removed.")


@lands_on("postmortem_edit")
@require_POST
def waive(request: HttpRequest, number: int) -> HttpResponse:
    """Sign that there can be no proof."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    form = WaiverForm(request.POST, prefix="waiver")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        service.waive(postmortem=postmortem, by=request.user, now=timezone.now(), reason=reason)
        return rendering.changed(request, postmortem, fragment=EVIDENCE, anchor="evidence", said="Waiver signed.")
    return rendering.editor(request, postmortem, fragment=EVIDENCE, status=422, sent=EditorForms(waiver=form))


@lands_on("postmortem_edit")
@require_POST
def unwaive(request: HttpRequest, number: int) -> HttpResponse:
    """Take the waiver back."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    service.unwaive(postmortem=postmortem, by=request.user, now=timezone.now())
    return rendering.changed(request, postmortem, fragment=EVIDENCE, anchor="evidence", said="Waiver taken back.")


def _kept(request: HttpRequest, postmortem: Postmortem, form: EvidenceForm, row: Evidence | None = None) -> bool:
    """Keep a new or changed proof; what is refused goes to the fields of the form."""
    upload = form.cleaned_data["file"]
    try:
        # The file takes its time: it comes before the transaction.
        with on_disk([(upload, upload.name or "")] if upload is not None else []) as files:
            _keep(request, postmortem, form, row, files)
    except InvalidError as problem:
        rendering.refuse(form, problem, default="claim")
        return False
    except KeyUsedElsewhereError:
        form.add_error(None, rendering.SENT_ELSEWHERE)
        return False
    return True


def _keep(
    request: HttpRequest, postmortem: Postmortem, form: EvidenceForm, row: Evidence | None, files: list[Attachment]
) -> None:
    assert isinstance(request.user, User)
    by, now = request.user, timezone.now()

    def act() -> dict[str, Any]:
        fields = form.evidence_fields()
        for file in files:
            fields["attachment"] = attach_stored(
                row=file, incident=postmortem.incident, by=by, now=now, caption=fields["claim"][:200]
            )
        if row is None:
            return {
                "id": service.add_evidence(postmortem=postmortem, by=by, now=now, fields=fields, needs_item=True).pk
            }
        if "at" not in form.changed_data:
            # The field shows minutes; what nobody touched keeps its seconds.
            fields.pop("at")
        version = form.cleaned_data["version"]
        return {
            "id": service.update_evidence(
                evidence=row, by=by, now=now, version=version, fields=fields, needs_item=True
            ).pk,
        }

    key = form.cleaned_data["once"]
    once(by=by, key=key, request=f"evidence:{postmortem.pk}:{row.pk if row else 0}", now=now, act=act)


def _back(number: int) -> str:
    return f"{reverse('postmortem_edit', args=[number])}#evidence"
