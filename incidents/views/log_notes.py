"""Log lines that misled, were noise, were missing, or decided; marked where they stand."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hindsight.lib.highlight import SHOWN_LINES
from hindsight.lib.htmx import private
from incidents import access
from incidents.forms.evidence import LinesField
from incidents.forms.ledger import LogNoteForm
from incidents.models import Attachment, Incident, LogNote, Snippet, TimelineEntry
from incidents.pages.margin import Margin
from incidents.pages.material import Shelf, ShownSnippet
from incidents.services.ledger import add_log_note, cut_lines, known, remove_log_note
from incidents.views.replies import OK, act_once, attempt, form_again, person, to_incident

# Names of a part of the incident in the address of the form.
CITED = ("snippet", "attachment", "entry")
PASTE_LIMIT = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
def log_note_new(request: HttpRequest, number: int) -> HttpResponse:
    """Note what a line did: one that is typed, or `?snippet=3&lines=12-14`, `?attachment=…`, `?entry=…`."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        asked = {name: request.GET.get(name, "")[:200] for name in (*CITED, "lines", "step")}
        form = LogNoteForm(incident=incident, initial={**asked, "line": request.GET.get("line", "")[:5000]})
        return _page(request, incident, form, OK, asked=asked)
    form = LogNoteForm(request.POST, incident=incident)
    answer, status = attempt(
        form, lambda: act_once(request, form, f"log note of {incident.label}", lambda: _added(request, incident, form))
    )
    if answer is None:
        return _page(request, incident, form, status, asked=request.POST)
    messages.success(request, "The line is in the ledger.")
    return to_incident(request, incident, f"log-note-{answer['note']}")


def _added(request: HttpRequest, incident: Incident, form: LogNoteForm) -> dict[str, int]:
    data = form.cleaned_data
    snippet, attachment, entry = _sources(incident, data)
    first, last = data["lines"] if snippet else (None, None)
    line = data["line"]
    if snippet and first and not line.strip():
        line = cut_lines(snippet.code, first, last)
    note = add_log_note(
        incident=incident,
        by=person(request),
        now=timezone.now(),
        verdict=data["verdict"],
        line=line,
        emitted_by=data["emitted_by"],
        note=data["note"],
        step=data["step"],
        snippet=snippet,
        attachment=attachment,
        entry=entry,
        first_line=first,
        last_line=last,
    )
    return {"note": note.pk}


def _sources(
    incident: Incident, data: Mapping[str, Any]
) -> tuple[Snippet | None, Attachment | None, TimelineEntry | None]:
    """The parts of the incident that the form names; Http404 for those of another one."""
    return (
        access.get_snippet(incident, data["snippet"]) if data["snippet"] else None,
        access.get_attachment_of(incident, data["attachment"]) if data["attachment"] else None,
        access.get_entry(incident, data["entry"]) if data["entry"] else None,
    )


@require_POST
def log_note_remove(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a log note away."""
    incident = access.get_writable_incident(request.user, number)
    remove_log_note(note=access.get_log_note(incident, pk))
    messages.success(request, "The log note is gone.")
    return to_incident(request, incident, "log-notes")


@require_POST
def lines_known(request: HttpRequest, number: int) -> HttpResponse:
    """Which lines of a pasted `text` were judged in other incidents that this person may see; 204 for none."""
    incident = access.get_incident(request.user, number)
    lines = request.POST.get("text", "")[:PASTE_LIMIT].splitlines()
    found = known(lines, viewer=person(request), without=incident)
    if not found:
        return private(HttpResponse(status=204))
    return private(render(request, "incidents/_known_lines.html", {"known": found}))


def _page(
    request: HttpRequest, incident: Incident, form: LogNoteForm, status: int, *, asked: Mapping[str, Any] | QueryDict
) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Note what a log line did"}
    shown = _shown_snippet(incident, str(asked.get("snippet", "")))
    if shown:
        lines = _lines(str(asked.get("lines", "")))
        context |= {"snippet": shown, "lines": lines, "pick": _pick(shown, lines, str(asked.get("step", "")))}
    return form_again(request, fragment="incidents/_log_note_form.html", context=context, status=status)


def _shown_snippet(incident: Incident, pk: str) -> ShownSnippet | None:
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        return None
    margin = Margin().add_notes(LogNote.objects.filter(incident=incident, snippet=int(pk)))
    shelf = Shelf(each=SHOWN_LINES, together=SHOWN_LINES, margin=margin)
    return shelf.show(access.get_snippet(incident, int(pk)))


def _lines(text: str) -> tuple[int, int] | None:
    try:
        first, last = LinesField(required=False).clean(text)
    except ValidationError:
        return None
    return (first, last) if first else None


def _pick(snippet: ShownSnippet, lines: tuple[int, int] | None, step: str) -> str:
    """Where the number of a line leads: to choosing it, or after one line to the range up to it."""
    begun = f"{lines[0]}-" if lines and lines[0] == lines[1] else ""
    kept = f"&step={step}" if step.isdecimal() else ""
    return f"?snippet={snippet.row.pk}{kept}&lines={begun}"
