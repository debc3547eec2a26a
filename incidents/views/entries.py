"""Writing and correcting lines of the timeline."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.log import ComposerForm, EntryEditForm
from incidents.models import WRITABLE_KINDS, EntryKind, Incident, TimelineEntry
from incidents.pages.record import read_record
from incidents.services.attachments import on_disk
from incidents.services.compose import compose
from incidents.services.snippets import coloured
from incidents.services.timeline import edit_entry
from incidents.views.detail import log_context, place_of
from incidents.views.replies import (
    CONFLICT,
    OK,
    act_once,
    attempt,
    conflict_words,
    difference,
    form_again,
    named_uploads,
    person,
    to_incident,
)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, number: int) -> HttpResponse:
    """One box that takes words, code and files."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _composer(request, incident, ComposerForm(auto_id="composer_%s"), OK)
    form = ComposerForm(request.POST, request.FILES, auto_id="composer_%s")
    answer, status = attempt(form, lambda: _composed(request, incident, form))
    if answer is None:
        return _composer(request, incident, form, status)
    if not wants_fragment(request):
        return to_incident(request, incident, f"entry-{answer['entry']}")
    record = read_record(incident, place_of(request))
    context = {**log_context(request, incident, record.timeline), "notices": form.notices}
    return private(render(request, "incidents/_log.html", context))


def _composed(request: HttpRequest, incident: Incident, form: ComposerForm) -> dict[str, int]:
    data = form.cleaned_data
    words = {name: data[name] for name in ("code", "language", "filename", "caption")}
    # Colours and files take their time: they come before the transaction.
    with on_disk(named_uploads(form)) as files:
        snippet = coloured(**words) if data["code"].strip() else None

        def act() -> dict[str, int]:
            entry = compose(
                incident=incident,
                by=person(request),
                now=timezone.now(),
                body=data["body"],
                kind=data["kind"] or EntryKind.NOTE,
                at=data["at"],
                snippet=snippet,
                files=files,
            )
            return {"entry": entry.pk}

        return act_once(request, form, f"entry of {incident.label}", act)


def _composer(request: HttpRequest, incident: Incident, form: ComposerForm, status: int) -> HttpResponse:
    context = {
        "incident": incident,
        "composer": form,
        "heading": "Add to the timeline",
        "can_write": True,
    }
    return form_again(request, fragment="incidents/_composer.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Correct text, kind or time of a line that somebody wrote."""
    incident = access.get_writable_incident(request.user, number)
    entry = access.get_entry(incident, pk)
    if request.method != "POST":
        shown = {"kind": entry.kind, "body": entry.body, "at": entry.at, "version": entry.version}
        return _edit_page(request, entry, EntryEditForm(initial=shown), OK)
    form = EntryEditForm(request.POST)

    def act() -> TimelineEntry:
        data = form.cleaned_data
        return edit_entry(
            entry=entry,
            by=person(request),
            now=timezone.now(),
            version=data["version"],
            body=data["body"],
            kind=data["kind"],
            at=data["at"],
        )

    try:
        changed, status = attempt(form, act)
    except StaleError as problem:
        return _entry_conflict(request, problem.current, form)
    if changed is None:
        return _edit_page(request, entry, form, status)
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _entry_conflict(request: HttpRequest, current: TimelineEntry, form: EntryEditForm) -> HttpResponse:
    mine = form.cleaned_data["body"]
    again = EntryEditForm({**form.data.dict(), "version": str(current.version)})  # type: ignore[attr-defined]  # a QueryDict
    context = {
        "conflict": conflict_words(None, timezone.now()),
        "differences": [difference("Text", mine, current.body)],
        "comment": mine,
    }
    return _edit_page(request, current, again, CONFLICT, **context)


def _edit_page(
    request: HttpRequest, entry: TimelineEntry, form: EntryEditForm, status: int, **more: object
) -> HttpResponse:
    context = {
        "incident": entry.incident,
        "entry": entry,
        "form": form,
        "heading": "Correct a line of the timeline",
        "is_writable": entry.kind in WRITABLE_KINDS,
        **more,
    }
    return form_again(request, fragment="incidents/_entry_form.html", context=context, status=status)
