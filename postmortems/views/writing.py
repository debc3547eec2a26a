"""Writing a postmortem: beginning it, saving its texts, publishing and withdrawing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from hindsight.lib.htmx import redirect, wants_fragment
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError
from incidents.access import get_writable_incident
from postmortems.access import get_writable_postmortem
from postmortems.forms import SectionsForm
from postmortems.models import Postmortem
from postmortems.pages.editor import EditorForms, prompts_sent
from postmortems.pages.shown import sections_of
from postmortems.services.begin import begin as begin_service
from postmortems.services.publish import NotReadyError
from postmortems.services.publish import publish as publish_service
from postmortems.services.publish import withdraw as withdraw_service
from postmortems.services.sections import SectionsStaleError, save_sections
from postmortems.views import rendering

SAVED = "postmortems/_saved.html"


@require_POST
def begin(request: HttpRequest, number: int) -> HttpResponse:
    """Begin it with what was logged, and go to the editor."""
    incident = get_writable_incident(request.user, number)
    assert isinstance(request.user, User)
    begin_service(incident=incident, by=request.user, now=timezone.now())
    return redirect(request, reverse("postmortem_edit", args=[number]))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """GET shows the editor; POST saves every text that was changed."""
    postmortem = get_writable_postmortem(request.user, number)
    if request.method != "POST":
        return rendering.editor(request, postmortem)
    form = _form(request, postmortem)
    refused = _save(request, postmortem, form)
    if refused is not None:
        return refused
    at = request.POST.get("at", "")
    known = {section.anchor for section in sections_of(postmortem)}
    anchor = at if at in known else "sections"
    return rendering.changed(request, postmortem, fragment=SAVED, anchor=anchor, said="Saved.", sent=EditorForms(form))


@lands_on("postmortem_edit")
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Save what was typed, then publish; 409 with what is missing."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    form = _form(request, postmortem)
    refused = _save(request, postmortem, form)
    if refused is not None:
        return refused
    try:
        publish_service(postmortem=postmortem, by=request.user, now=timezone.now())
    except NotReadyError:
        postmortem.refresh_from_db()
        said = "Not published yet. What you wrote is saved."
        sent = EditorForms(form) if wants_fragment(request) else None
        response = rendering.editor(request, postmortem, fragment=SAVED, status=409, sent=sent, refusal=said)
        # For static/js/postmortem.js: refused, yet the texts are safe.
        response.headers["X-Hindsight-Saved"] = "yes"
        return response
    messages.success(request, f"Published. {postmortem.incident.label} can be found by its cause and its fix.")
    return redirect(request, reverse("postmortem", args=[number]))


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Make it a draft again."""
    postmortem = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    withdraw_service(postmortem=postmortem, by=request.user, now=timezone.now())
    messages.success(request, "It is a draft again.")
    return redirect(request, reverse("postmortem_edit", args=[number]))


def _form(request: HttpRequest, postmortem: Postmortem) -> SectionsForm:
    return SectionsForm(prompts_sent(postmortem, request.POST), request.POST)


def _save(request: HttpRequest, postmortem: Postmortem, form: SectionsForm) -> HttpResponse | None:
    """Save the texts that were sent; None, or the answer to texts that can't be saved."""
    assert isinstance(request.user, User)
    if form.is_valid():
        texts = form.texts()
        try:
            save_sections(postmortem=postmortem, by=request.user, now=timezone.now(), sections=texts)
            return None
        except SectionsStaleError as problem:
            meant = {conflict.prompt.key for conflict in problem.conflicts}
            hidden = {f"body_{key}": body for key, (body, _) in texts.items() if key not in meant}
            hidden |= {f"base_{key}": str(base) for key, (_, base) in texts.items() if key not in meant}
            return rendering.conflict(request, postmortem, problem, hidden)
        except InvalidError as problem:
            for key, message in problem.fields.items():
                form.add_error(f"body_{key}", message)
    template = "postmortems/_refused.html" if wants_fragment(request) else ""
    said = "Nothing was saved yet. What you typed is still here."
    return rendering.editor(
        request, postmortem, fragment=template, status=422, sent=EditorForms(sections=form), refusal=said
    )
