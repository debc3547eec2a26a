"""Snippets: adding them, their own page, their raw text."""

import re

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hindsight.lib.files import clean_filename, content_disposition
from hindsight.lib.highlight import SHOWN_LINES, without_ansi
from hindsight.lib.htmx import private, render
from incidents import access
from incidents.forms.log import SnippetEditForm, SnippetForm
from incidents.models import Forest, Incident, Snippet
from incidents.pages.margin import Margin
from incidents.pages.material import part_of
from incidents.services.ledger import known
from incidents.services.snippets import add_coloured, coloured, edit_snippet
from incidents.views.attachments import FILE_POLICY
from incidents.views.meeting import MetError, save
from incidents.views.replies import CONFLICT, OK, act_once, attempt, form_again, person, to_incident

# Of a snippet, this many characters are compared with the ledger.
KNOWN_IN = 200_000
LINES_BEFORE = 200
_LINES = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")


@require_http_methods(["GET", "HEAD", "POST"])
def snippet_new(request: HttpRequest, number: int) -> HttpResponse:
    """A piece of code, below a step (`?step=`) or with a line of its own."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _new_page(request, incident, SnippetForm(initial={"step": request.GET.get("step", "")[:18]}), OK)
    form = SnippetForm(request.POST)
    answer, status = attempt(form, lambda: _added(request, incident, form))
    if answer is None:
        return _new_page(request, incident, form, status)
    return to_incident(request, incident, f"snippet-{answer['snippet']}")


def _added(request: HttpRequest, incident: Incident, form: SnippetForm) -> dict[str, int]:
    data = form.cleaned_data
    # Colours take their time: they come before the transaction.
    snippet = coloured(**{name: data[name] for name in ("code", "language", "filename", "caption")})

    def act() -> dict[str, int]:
        step = access.get_step(incident, data["step"]) if data["step"] else None
        add_coloured(snippet=snippet, incident=incident, by=person(request), now=timezone.now(), step=step)
        return {"snippet": snippet.pk}

    return act_once(request, form, f"snippet of {incident.label}", act)


def _new_page(request: HttpRequest, incident: Incident, form: SnippetForm, status: int) -> HttpResponse:
    context = {"incident": incident, "form": form, "heading": "Add code or a log"}
    return form_again(request, fragment="incidents/_snippet_form.html", context=context, status=status)


@require_safe
def snippet_detail(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One snippet, or the part of it that `?from=` begins or that holds the `?lines=5-9`, which it marks."""
    incident = access.get_incident(request.user, number)
    snippet = access.get_snippet(incident, pk)
    hit = lines_asked(request.GET.get("lines", ""))
    shown = part_of(snippet, _first(request, hit), margin=_margin(incident, snippet))
    context = {
        "incident": incident,
        "snippet": shown,
        "hit": hit,
        "asked": request.GET.get("lines", "")[:30] if hit else "",
        "earlier": max(1, shown.first - SHOWN_LINES) if shown.first > 1 else 0,
        "later": shown.last + 1 if shown.last < shown.total else 0,
        "known": known(snippet.code[:KNOWN_IN].splitlines(), viewer=person(request), without=incident),
        "can_write": person(request).can_write,
        "is_whole": True,
    }
    return render(request, page="incidents/snippet.html", fragment="incidents/_code.html", context=context)


def _margin(incident: Incident, snippet: Snippet) -> Margin:
    cited = list(snippet.evidence.all())
    numbers = {spot.pk: spot.number for spot in Forest.of(incident).reading_order()} if cited else {}
    return Margin(page=incident.get_absolute_url()).add_notes(snippet.log_notes.all()).add_evidence(cited, numbers)


def lines_asked(text: str) -> tuple[int, int] | None:
    """The first and last of the lines that an address names ("5" or "5-9"); None for anything else."""
    match = _LINES.fullmatch(text)
    if not match:
        return None
    first, last = sorted((int(match[1]), int(match[2] or match[1])))
    return first, last


def _first(request: HttpRequest, hit: tuple[int, int] | None) -> int:
    """The line that the page begins with; lines that are asked for have some before them."""
    if hit:
        return 1 if hit[1] <= SHOWN_LINES else max(1, hit[0] - LINES_BEFORE)
    asked = lines_asked(request.GET.get("from", ""))
    return asked[0] if asked else 1


@require_http_methods(["GET", "HEAD", "POST"])
def snippet_edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Language, file name and caption; the code stays as it was pasted."""
    incident = access.get_writable_incident(request.user, number)
    snippet = access.get_snippet(incident, pk)
    if request.method != "POST":
        return _edit_page(request, snippet, _form_of(snippet, None), OK)

    def act(form: SnippetEditForm) -> Snippet:
        data = form.cleaned_data
        return edit_snippet(
            snippet=snippet,
            version=data["version"],
            language=data["language"],
            filename=data["filename"],
            caption=data["caption"],
        )

    try:
        form, changed, status = save(_form_of(snippet, request.POST), act, _form_of)
    except MetError as met:
        words = "Somebody saved this first. Nothing of yours is lost: both texts are below. Merge, then save."
        return _edit_page(request, met.current, met.form, CONFLICT, conflict=words, differences=met.differences)
    if changed is None:
        return _edit_page(request, snippet, form, status)
    messages.success(request, "Saved.")
    return to_incident(request, incident, changed.anchor)


def _form_of(current: Snippet, data: QueryDict | None) -> SnippetEditForm:
    shown = {name: getattr(current, name) for name in (*SnippetEditForm.EDITED, "version")}
    return SnippetEditForm(data, initial=shown)


def _edit_page(request: HttpRequest, snippet: Snippet, form: Form, status: int, **more: object) -> HttpResponse:
    context = {"incident": snippet.incident, "snippet": snippet, "form": form, "heading": "Describe a snippet", **more}
    return form_again(request, fragment="incidents/_snippet_edit_form.html", context=context, status=status)


@require_safe
def snippet_raw(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The code as it was pasted, as a download that can't act; `?as=text` leaves terminal escapes out, for copying."""
    incident = access.get_incident(request.user, number)
    snippet = access.get_snippet(incident, pk)
    code = without_ansi(snippet.code) if request.GET.get("as") == "text" else snippet.code
    answer = HttpResponse(code, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = content_disposition(clean_filename(snippet.filename or f"snippet-{snippet.pk}.txt"))
    answer["Content-Security-Policy"] = FILE_POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    return private(answer)
