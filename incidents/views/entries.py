"""Correcting lines of the timeline."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from hindsight.lib.htmx import wants_fragment
from incidents import access
from incidents.forms.log import EntryEditForm
from incidents.models import WRITABLE_KINDS, TimelineEntry
from incidents.services.timeline import edit_entry
from incidents.views.meeting import MetError, save
from incidents.views.replies import CONFLICT, OK, conflict_words, form_again, person, to_incident
from incidents.views.timeline import answer_with_line


@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Correct text, kind or time of a line that somebody wrote."""
    incident = access.get_writable_incident(request.user, number)
    entry = access.get_entry(incident, pk)
    if request.method != "POST":
        return _edit_page(request, entry, _form_of(entry, None), OK)

    def act(form: EntryEditForm) -> TimelineEntry:
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
        form, changed, status = save(_form_of(entry, request.POST), act, _form_of)
    except MetError as met:
        return _conflict(request, met)
    if changed is None:
        return _edit_page(request, entry, form, status)
    if wants_fragment(request):
        return reswap(retarget(answer_with_line(request, incident, pk), "closest .entry"), "outerHTML")
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _form_of(current: TimelineEntry, data: QueryDict | None) -> EntryEditForm:
    shown = {"kind": current.kind, "body": current.body, "at": current.at, "version": current.version}
    return EntryEditForm(data, initial=shown)


def _conflict(request: HttpRequest, met: MetError) -> HttpResponse:
    """409: both texts, what differs, who saved meanwhile, and the form with what was typed, ready to be merged."""
    current: TimelineEntry = met.current
    last = current.revisions.select_related("by").filter(version=current.version - 1).first()
    context = {
        "conflict": conflict_words(last.replaced_at if last else None, timezone.now()),
        "saved_by": last.by.shown_name if last and last.by else "",
        "differences": met.differences,
        "comment": met.comment,
    }
    return _edit_page(request, current, met.form, CONFLICT, **context)


def _edit_page(request: HttpRequest, entry: TimelineEntry, form: Form, status: int, **more: object) -> HttpResponse:
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
