"""Correcting lines of the timeline."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from hindsight.lib.htmx import wants_fragment
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.forms.log import EntryEditForm
from incidents.models import WRITABLE_KINDS, EntryKind, TimelineEntry
from incidents.services.timeline import edit_entry
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
from incidents.views.timeline import answer_with_line


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
    if wants_fragment(request):
        return reswap(retarget(answer_with_line(request, incident, pk), "closest .entry"), "outerHTML")
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _entry_conflict(request: HttpRequest, current: TimelineEntry, form: EntryEditForm) -> HttpResponse:
    """409: both texts, what differs, who saved meanwhile, and the form with what was typed, ready to be merged."""
    data = form.cleaned_data
    again = EntryEditForm({**form.data.dict(), "version": str(current.version)})  # type: ignore[attr-defined]  # a QueryDict
    last = current.revisions.select_related("by").filter(version=current.version - 1).first()
    context = {
        "conflict": conflict_words(last.replaced_at if last else None, timezone.now()),
        "saved_by": last.by.shown_name if last and last.by else "",
        "differences": list(_differences(data, current)),
        "comment": data["body"],
    }
    return _edit_page(request, current, again, CONFLICT, **context)


def _differences(mine: dict[str, Any], current: TimelineEntry) -> Iterator[Difference]:
    yield difference("Text", mine["body"], current.body)
    if mine["kind"] != current.kind:
        yield difference("Kind", str(EntryKind(mine["kind"]).label), current.get_kind_display())
    if mine["at"] != current.at:
        yield difference("Time", *(f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}" for at in (mine["at"], current.at)))


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
    answer = form_again(request, fragment="incidents/_entry_form.html", context=context, status=status)
    # The conflict stands beside the form, so both are replaced together.
    return retarget(answer, "closest .entry-form") if wants_fragment(request) and status != OK else answer
