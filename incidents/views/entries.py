"""Writing and correcting lines of the timeline."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.log import EntryEditForm
from incidents.models import WRITABLE_KINDS, TimelineEntry
from incidents.services.timeline import edit_entry
from incidents.views.replies import (
    CONFLICT,
    OK,
    attempt,
    conflict_words,
    difference,
    form_again,
    person,
    to_incident,
)


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
