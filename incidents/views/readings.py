"""Correcting the words beside a file, and those that were read in a picture."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from hindsight.lib.htmx import render, wants_fragment
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.readings import WORDS, AttachmentForm
from incidents.models import Attachment, Incident
from incidents.pages.cited import margin_of
from incidents.pages.words import with_words
from incidents.services.attachments import edit_attachment
from incidents.views.replies import (
    CONFLICT,
    OK,
    Difference,
    attempt,
    conflict_words,
    difference,
    form_again,
    person,
    to_incident,
)


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_edit(request: HttpRequest, number: int, pk: uuid.UUID) -> HttpResponse:
    """Caption, text for the picture, and the words in it."""
    incident = access.get_writable_incident(request.user, number)
    attachment = access.get_attachment_of(incident, pk)
    if request.method != "POST":
        shown = {name: getattr(attachment, name) for name in (*WORDS, "version")}
        return _page(request, attachment, AttachmentForm(attachment, initial=shown), OK)
    form = AttachmentForm(attachment, request.POST)

    def act() -> Attachment:
        return edit_attachment(
            attachment=attachment,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            **form.changes(),
        )

    try:
        changed, status = attempt(form, act)
    except StaleError as problem:
        return _conflict(request, problem.current, form)
    if changed is None:
        return _page(request, attachment, form, status)
    if wants_fragment(request) and request.headers.get("HX-Target") == changed.anchor:
        return _figure(request, incident, pk)
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _figure(request: HttpRequest, incident: Incident, pk: uuid.UUID) -> HttpResponse:
    """The picture as it stands now, for the place where it was described."""
    file = with_words(incident.attachments.filter(pk=pk)).get()
    margin = margin_of(incident, page=incident.get_absolute_url(), has_notes=False)
    context = {"incident": incident, "file": file, "can_write": True, "margin": margin}
    answer = render(request, page="incidents/_figure.html", fragment="incidents/_figure.html", context=context)
    return trigger_client_event(answer, "hindsight:toast", {"text": "Saved.", "level": "success"})


def _conflict(request: HttpRequest, current: Attachment, form: AttachmentForm) -> HttpResponse:
    """The same form once more, over the version that somebody else saved, with both texts where they differ."""
    data: dict[str, Any] = {**form.data.dict(), "version": str(current.version)}  # type: ignore[attr-defined]  # a QueryDict
    return _page(
        request,
        current,
        AttachmentForm(current, data),
        CONFLICT,
        conflict=conflict_words(None, timezone.now()),
        differences=_differences(current, form),
    )


def _differences(current: Attachment, form: AttachmentForm) -> list[Difference]:
    mine = form.changes()
    return [
        difference(str(form[name].label), words, getattr(current, name))
        for name, words in mine.items()
        if words != getattr(current, name)
    ]


def _page(
    request: HttpRequest, attachment: Attachment, form: AttachmentForm, status: int, **more: object
) -> HttpResponse:
    heading = "Describe a picture" if attachment.may_hold_words else "Describe a file"
    context = {"incident": attachment.incident, "file": attachment, "form": form, "heading": heading, **more}
    context["in_place"] = request.headers.get("HX-Target", "") == attachment.anchor
    return form_again(request, fragment="incidents/_attachment_form.html", context=context, status=status)
