"""The composer: sending what was written, looking at it before, and learning what its commands would do."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.once import once
from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.language import guess
from hindsight.lib.languages import BY_KEY
from hindsight.lib.markdown import render as markdown
from hindsight.lib.problems import InvalidError
from hindsight.lib.text import clean
from hindsight.lib.time import clock_text
from incidents import access
from incidents.commands.acting import foresee
from incidents.commands.grammar import Written, moment_of, read
from incidents.commands.known import COMMANDS
from incidents.commands.offers import offers
from incidents.commands.scene import Scene
from incidents.forms.composer import ComposerForm
from incidents.models import ENTRY_LIMIT, EntryKind, Incident
from incidents.pages.lines import read_lines
from incidents.services.attachments import on_disk
from incidents.services.compose import compose, prepare
from incidents.views.replies import OK, act_once, attempt, form_again, named_uploads, person, to_incident

# How long an entry may have waited in a browser without connection for its own time to count.
WAITED_LIMIT = timedelta(days=14)
LOOKED_AT = 20_000
TYPED_LIMIT = 200


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, number: int) -> HttpResponse:
    """One box that takes words, commands, code and files. The script gets the new lines, nothing else."""
    incident = access.get_writable_incident(request.user, number)
    if request.method != "POST":
        return _composer(request, incident, ComposerForm(auto_id="composer_%s"), OK)
    form = ComposerForm(request.POST, request.FILES, auto_id="composer_%s")
    if _is_of_another(request):
        return _of_another(request)
    answer, status = attempt(form, lambda: _composed(request, incident, form))
    if answer is None:
        return _composer(request, incident, form, status)
    if not wants_fragment(request):
        return to_incident(request, incident, f"entry-{answer['entries'][0]}" if answer["entries"] else "log")
    context = {
        "incident": incident,
        "timeline": read_lines(incident, answer["entries"], by=person(request), has_material=answer["has_material"]),
        "notices": [*form.notices, *answer["notices"]],
        "has_commands": answer["has_commands"],
        "can_write": True,
    }
    return private(render(request, "incidents/_composed.html", context))


def _composed(request: HttpRequest, incident: Incident, form: ComposerForm) -> dict[str, Any]:
    data = form.cleaned_data
    sent_off = _sent_off(request)
    # Colours and files take their time: they come before the transaction.
    prepared = prepare(
        text=data["body"],
        pieces=data["cards"],
        zone=timezone.get_current_timezone(),
        now=sent_off or timezone.now(),
        at=data["at"] or _in_batch(request, incident, form, sent_off or timezone.now()) or sent_off,
        is_text=data["is_text"],
        has_time=bool(data["at"]),
    )
    with on_disk(named_uploads(form)) as files:

        def act() -> dict[str, Any]:
            done = compose(
                incident=incident,
                by=person(request),
                now=timezone.now(),
                prepared=prepared,
                kind=data["kind"] or EntryKind.NOTE,
                files=files,
            )
            return asdict(done)

        return act_once(request, form, f"entry of {incident.label}", act)


def _sent_off(request: HttpRequest) -> datetime | None:
    """When the writer sent it, for what waited in the browser until the server was back.

    The browser says how many seconds ago that was, not when: its clock may be wrong.
    """
    text = request.headers.get("X-Hindsight-Waited", "")
    seconds = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    if seconds < 5:
        return None
    return timezone.now() - min(timedelta(seconds=seconds), WAITED_LIMIT)


def _in_batch(request: HttpRequest, incident: Incident, form: ComposerForm, now: datetime) -> datetime | None:
    """When it happened, for one of several files that were dropped at once and go up side by side.

    The first one to arrive says when; each of the others stands so many milliseconds behind that as its place says, so
    that they stand in the order in which they were dropped.
    """
    batch, place = form.cleaned_data["batch"], form.cleaned_data["place"]
    if not batch:
        return None
    key = f"batch:{incident.pk}:{batch}"
    first = once(by=person(request), key=key, request="batch", now=now, act=lambda: {"at": now.isoformat()})
    return datetime.fromisoformat(first["at"]) + timedelta(milliseconds=place or 0)


def _is_of_another(request: HttpRequest) -> bool:
    """Whether somebody else wrote this in this browser, and then the session became another person's."""
    writer = request.headers.get("X-Hindsight-Writer", "")
    return bool(writer) and writer != str(person(request).pk)


def _of_another(request: HttpRequest) -> HttpResponse:
    words = "This was written by somebody else in this browser. It is sent when they sign in here again."
    answer = HttpResponse(format_html("<p data-fault>{}</p>", words), status=403)
    answer.headers["X-Hindsight-Session"] = "other"
    return private(answer)


def _composer(request: HttpRequest, incident: Incident, form: ComposerForm, status: int) -> HttpResponse:
    context = {
        "incident": incident,
        "composer": form,
        "commands": COMMANDS,
        "heading": "Add to the timeline",
        "can_write": True,
    }
    return form_again(request, fragment="incidents/_composer.html", context=context, status=status)


@require_POST
def entry_preview(request: HttpRequest, number: int) -> HttpResponse:
    """The text as it is going to look; nothing is saved."""
    incident = access.get_writable_incident(request.user, number)
    text = request.POST.get("body", "")[: ENTRY_LIMIT + 1]
    try:
        written = read(text, has_time=_has_time(request))
    except InvalidError:
        written = Written()
    blocks = [(block, markdown(block.words)) for block in written.blocks]
    context = {"incident": incident, "blocks": blocks, "whole": "" if blocks else markdown(text)}
    return private(render(request, "incidents/_preview.html", context))


@require_POST
def entry_plan(request: HttpRequest, number: int) -> HttpResponse:
    """What a text would do, what may stand behind a command, which language code is in; nothing is saved."""
    incident = access.get_writable_incident(request.user, number)
    text = request.POST.get("body", "")[:LOOKED_AT]
    code = request.POST.get("code", "")[:LOOKED_AT]
    answer: dict[str, object] = {}
    if code:
        language = guess(code, request.POST.get("filename", "")[:200], request.POST.get("fence", "")[:40])
        answer["language"] = {"key": language, "label": BY_KEY[language].label}
    if text:
        answer.update(_foreseen(request, incident, text))
    if command := request.POST.get("command", "")[:40]:
        answer["offers"] = _offered(request, incident, command)
    return private(JsonResponse(answer))


def _offered(request: HttpRequest, incident: Incident, command: str) -> dict[str, object]:
    typed = clean(request.POST.get("typed", "")[:TYPED_LIMIT]).text
    found = offers(incident=incident, by=person(request), now=timezone.now(), command=command, typed=typed)
    rows = [{"value": one.value, "shown": one.shown or one.value, "says": one.says} for one in found.found]
    return {"label": f"For /{command}", "part": found.part, "is_open": found.is_open, "options": rows}


def _has_time(request: HttpRequest) -> bool:
    """Whether a time stands in the field beside the text."""
    return bool(request.POST.get("at", "").strip())


def _foreseen(request: HttpRequest, incident: Incident, text: str) -> dict[str, object]:
    now = timezone.now()
    try:
        written = read(text, has_time=_has_time(request))
        at = moment_of(written, zone=timezone.get_current_timezone(), now=now)
    except InvalidError as problem:
        return {"fault": " ".join(problem.fields.values()).removesuffix("Nothing was saved; your text is still here.")}
    scene = Scene(incident=incident, by=person(request), now=now, at=at)
    acts = [{"line": act.line, "says": act.says, "fault": act.is_fault} for act in foresee(scene, written.blocks)]
    zone = timezone.get_current_timezone()
    shown = None
    if at:
        says = clock_text(at, zone=zone, now=now)
        shown = {"line": written.moment_line, "says": says, "words": written.moment_words[:60]}
    return {"at": shown, "acts": acts, "notices": written.notices}
