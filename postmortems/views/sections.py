"""One section at a time, as the editor's script works: saving, previewing, citing, and who else is writing."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from hindsight.lib import markdown
from hindsight.lib.htmx import private, wants_fragment
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError, too_long
from hindsight.lib.text import clean
from postmortems.access import get_writable_postmortem
from postmortems.forms import SectionsForm
from postmortems.models import SECTION_LIMIT
from postmortems.pages.citable import read_citable
from postmortems.pages.citations import Citations
from postmortems.pages.editor import prompts_sent, read_progress
from postmortems.pages.presence import read_news
from postmortems.services.presence import note_writer
from postmortems.services.sections import SectionsStaleError, save_sections
from postmortems.shipped import prompt_of


@lands_on("postmortem_edit")
@require_POST
def save(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Save one text. 200 with its state and the checklist; 409 with both texts; 422 with what is wrong."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    form = SectionsForm(prompts_sent(postmortem, request.POST), request.POST)
    if not form.is_valid():
        return _refused(request, key, [str(error) for errors in form.errors.values() for error in errors])
    try:
        texts = {name: text for name, text in form.texts().items() if name == key}
        save_sections(postmortem=postmortem, by=request.user, now=timezone.now(), sections=texts)
    except SectionsStaleError as problem:
        context = {"conflict": problem.conflicts[0], "incident": postmortem.incident, "key": key}
        return private(render(request, "postmortems/_section_conflict.html", context, status=409))
    except InvalidError as problem:
        return _refused(request, key, list(problem.fields.values()))
    postmortem.refresh_from_db(fields=["version", "updated_at"])
    context = {"progress": read_progress(postmortem, key), "postmortem": postmortem, "incident": postmortem.incident}
    return private(render(request, "postmortems/_section_saved.html", context))


def _refused(request: HttpRequest, key: str, errors: list[str]) -> HttpResponse:
    return private(render(request, "postmortems/_section_refused.html", {"key": key, "errors": errors}, status=422))


@lands_on("postmortem_edit")
@require_POST
def preview(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """A text that is not saved yet, as readers will see it."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    text = clean(request.POST.get(f"body_{key}", "")).text
    if len(text) > SECTION_LIMIT:
        said = too_long(prompt_of(postmortem.questions, key).title, len(text), SECTION_LIMIT)
        return _refused(request, key, [said])
    citations = Citations([text], reader=request.user, incident=postmortem.incident)
    context = {"html": citations.html(markdown.render(text)), "key": key}
    return private(render(request, "postmortems/_section_preview.html", context))


@require_safe
def citable(request: HttpRequest, number: int) -> HttpResponse:
    """What can be cited: for the script a list to choose from, for a plain browser a page to copy from."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    found = read_citable(postmortem.incident, reader=request.user, words=request.GET.get("q", ""))
    context = {"options": found, "incident": postmortem.incident, "words": request.GET.get("q", "")}
    name = "postmortems/_citable.html" if wants_fragment(request) else "postmortems/citable.html"
    return private(render(request, name, context))


@lands_on("postmortem_edit")
@require_POST
def presence(request: HttpRequest, number: int) -> HttpResponse:
    """Say where the caller writes; hear who else does, and which sections changed. 204 while nothing is new."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    now = timezone.now()
    note_writer(postmortem=postmortem, by=request.user, now=now, section=request.POST.get("section", ""))
    news = read_news(postmortem, reader=request.user, now=now, known=_known(request.POST))
    if news.writers_key == request.POST.get("writers", "") and not news.sections:
        return private(HttpResponse(status=204))
    return private(JsonResponse(news.as_json(request)))


def _known(data: Any) -> dict[str, int]:
    """The versions of the texts that the page holds, `base_<key>`."""
    given = {name.removeprefix("base_"): data[name] for name in data if name.startswith("base_")}
    return {
        key: int(value) for key, value in given.items() if value.isdecimal() and value.isascii() and len(value) < 10
    }
