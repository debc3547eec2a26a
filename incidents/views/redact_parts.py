"""Redacting one line, step, snippet or file: what was found, any text, places of a picture, or all of it."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import redirect, render
from hindsight.lib.problems import InvalidError
from hindsight.lib.shapes import COVER, EDGE, MOST, letter_size, stroke
from incidents import access
from incidents.forms.covers import Cover, changed, covers_of
from incidents.forms.redact import PartRedactForm
from incidents.models import Attachment
from incidents.previews import ensure_large, size_of
from incidents.redacting_parts import Part, PartRow
from incidents.services.redact import EXACT_LIMIT, MOST_MARKED, Redacted, Suspect, redact, suspects
from incidents.views.replies import OK, attempt, person, to_incident

guarded = sensitive_post_parameters("exact", "marked")
METHODS = ("GET", "HEAD", "POST")


@guarded
@require_http_methods(METHODS)
def entry_redact(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A line of the timeline."""
    incident = access.get_writable_incident(request.user, number)
    return _redact(request, access.get_entry(incident, pk), "Redact a line")


@guarded
@require_http_methods(METHODS)
def step_redact(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A step of the diagnosis."""
    incident = access.get_writable_incident(request.user, number)
    return _redact(request, access.get_step(incident, pk), "Redact a step")


@guarded
@require_http_methods(METHODS)
def snippet_redact(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Code or a log."""
    incident = access.get_writable_incident(request.user, number)
    return _redact(request, access.get_snippet(incident, pk), "Redact a snippet")


@guarded
@require_http_methods(METHODS)
def attachment_redact(request: HttpRequest, number: int, pk: uuid.UUID) -> HttpResponse:
    """A picture or another file. What is drawn on a copy goes with its original, which the copy shows."""
    incident = access.get_writable_incident(request.user, number)
    row = access.get_attachment_of(incident, pk)
    if row.drawn_from_id and row.drawn_from and row.drawn_from.incident_id == incident.pk:
        return redirect(request, f"{incident.get_absolute_url()}attachments/{row.drawn_from_id}/redact/")
    return _redact(request, row, "Redact a picture" if row.may_hold_words else "Redact a file")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a person is about to redact: the part, what was found in it, and the picture's size where there is one."""

    part: Part
    heading: str
    found: list[Suspect]
    size: tuple[int, int] | None


def _redact(request: HttpRequest, row: PartRow, heading: str) -> HttpResponse:
    part = Part(row)
    asked = _Asked(part, heading, suspects(part.incident, part), _size(part))
    if request.method != "POST":
        return _page(request, asked, PartRedactForm(part=part, suspects=asked.found), [], OK)
    form = PartRedactForm(request.POST, part=part, suspects=asked.found)
    covers = covers_of(request.POST, size=asked.size) if asked.size else []
    again = changed(covers, request.POST.get("do", ""), size=asked.size) if asked.size else None
    if again is not None:
        return _page(request, asked, _unjudged(request, asked), again, OK)
    done, status = attempt(form, lambda: _act(request, part, form, covers))
    if done is None:
        return _page(request, asked, form, covers, status)
    messages.success(request, "Redacted. Search forgets it within a minute; change the credential all the same.")
    return to_incident(request, part.incident, part.row.anchor)


def _size(part: Part) -> tuple[int, int] | None:
    """The pixels in which its rectangles are told; None for what is not shown."""
    path = ensure_large(part.row) if isinstance(part.row, Attachment) and part.row.is_picture else None
    return size_of(path) if path else None


def _unjudged(request: HttpRequest, asked: _Asked) -> PartRedactForm:
    """The form as it was filled in, without complaints: only its rectangles were changed."""
    kept = {name: request.POST[name] for name in ("exact", "reason", "where", "is_whole") if name in request.POST}
    initial = {**kept, "found": request.POST.getlist("found")}
    return PartRedactForm(part=asked.part, suspects=asked.found, initial=initial)


def _act(request: HttpRequest, part: Part, form: PartRedactForm, covers: list[Cover]) -> Redacted:
    if any(not (cover.w and cover.h) for cover in covers):
        raise InvalidError({"covers": "A rectangle has no width or no height."})
    data = form.cleaned_data
    return redact(
        incident=part.incident,
        by=person(request),
        now=timezone.now(),
        reason=data["reason"],
        digests=data.get("found", []),
        exact=data["exact"],
        marked=_marked(request),
        part=part,
        is_whole=data["is_whole"],
        is_everywhere=form.is_everywhere,
        covers=[cover.shape for cover in covers],
    )


def _marked(request: HttpRequest) -> list[str]:
    """The texts that were marked with the pointer or by keyboard."""
    return [text[:EXACT_LIMIT] for text in request.POST.getlist("marked")[:MOST_MARKED] if text.strip()]


def _page(request: HttpRequest, asked: _Asked, form: PartRedactForm, covers: list[Cover], status: int) -> HttpResponse:
    width, height = asked.size or (0, 0)
    context = {
        "incident": asked.part.incident,
        "part": asked.part,
        "file": asked.part.row if asked.part.is_file else None,
        "heading": asked.heading,
        "said": list(asked.part.said()),
        "form": form,
        "marked": _marked(request) if request.method == "POST" else [],
        "covers": covers,
        "width": width,
        "height": height,
        "stroke": stroke(width, height),
        "letters": letter_size(width, height),
        "look": {"cover": COVER, "edge": EDGE, "most": MOST},
    }
    fragment = "incidents/_redact_part_form.html"
    return render(request, page="incidents/redact_part.html", fragment=fragment, context=context, status=status)
