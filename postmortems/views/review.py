"""The review of a postmortem: its page, asking people, verdicts, the due date, and what needs no postmortem."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import private, redirect
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError
from incidents.access import NOT_FOUND, get_writable_incident
from postmortems.access import get_postmortem, get_writable_postmortem
from postmortems.models import Postmortem
from postmortems.pages.review import ReviewForms, read_review
from postmortems.review_forms import AskForm, CommentForm, DueForm, NotNeededForm, ReplyForm, VerdictForm
from postmortems.services import needed as needed_service
from postmortems.services import review as service
from postmortems.services.publish import NotReadyError
from postmortems.services.publish import publish as publish_service
from postmortems.views import rendering

PAGE = "postmortems/review.html"


@require_safe
def review(request: HttpRequest, number: int) -> HttpResponse:
    """The text with its comments, who was asked, and what they said."""
    return page(request, begun(request, number))


def begun(request: HttpRequest, number: int) -> Postmortem:
    """The postmortem for one who reads it; Http404 before it is begun."""
    row = get_postmortem(request.user, number)
    if row is None:
        raise Http404(NOT_FOUND)
    return row


def page(
    request: HttpRequest, row: Postmortem, *, status: int = 200, said: str = "", forms: dict[str, Any] | None = None
) -> HttpResponse:
    """The page of the review with the forms that were refused."""
    by = request.user
    assert isinstance(by, User)
    sent = ReviewForms(**(forms or {}))
    context = {
        "page": read_review(row.incident, row, reader=by, forms=sent),
        "postmortem": row,
        "incident": row.incident,
        "refusal": said,
        "ask_form": sent.ask or (AskForm(row, by) if by.can_write and row.is_needed and not row.is_published else None),
        "verdict_form": sent.verdict or VerdictForm(),
        "due_form": sent.due or DueForm(initial={"due_on": row.due_on}),
        "comment_form": CommentForm(),
        "reply_form": ReplyForm(),
    }
    return private(render(request, PAGE, context, status=status))


@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask people for a review."""
    row, by = _writable(request, number)
    form = AskForm(row, by, request.POST)
    if form.is_valid():
        try:
            people = service.people_named(form.user_names())
            _once(by, form, f"review.ask:{row.pk}", lambda: _asked(row, by, people))
            messages.success(request, f"Asked {', '.join(person.shown_name for person in people)} for a review.")
            return _back(request, number)
        except InvalidError as problem:
            for message in problem.fields.values():
                form.add_error("names", message)
        except service.ReviewClosedError as problem:
            return page(request, row, status=409, said=str(problem))
        except KeyUsedElsewhereError:
            form.add_error(None, rendering.SENT_ELSEWHERE)
    row.refresh_from_db()
    return page(request, row, status=422, forms={"ask": form})


def _asked(row: Postmortem, by: User, people: list[User]) -> dict[str, Any]:
    return {"id": service.ask_review(postmortem=row, by=by, now=timezone.now(), reviewers=people).pk}


def _once(by: User, form: Any, request: str, act: Callable[[], dict[str, Any]]) -> None:
    once(by=by, key=form.cleaned_data["once"], request=request, now=timezone.now(), act=act)


@require_POST
def verdict(request: HttpRequest, number: int) -> HttpResponse:
    """What a reviewer says."""
    row, by = _writable(request, number)
    form = VerdictForm(request.POST)
    if form.is_valid():
        try:
            service.say(postmortem=row, by=by, now=timezone.now(), **form.cleaned_data)
            messages.success(request, "Your verdict is kept.")
            return _back(request, number)
        except InvalidError as problem:
            rendering.refuse(form, problem, default="body")
        except service.ReviewClosedError as problem:
            row.refresh_from_db()
            return page(request, row, status=409, said=str(problem), forms={"verdict": form})
        except service.NotAReviewerError as problem:
            raise PermissionDenied(str(problem)) from problem
    return page(request, row, status=422, forms={"verdict": form})


@require_POST
def dismiss(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """No longer wait for a reviewer."""
    row, by = _writable(request, number)
    service.dismiss(postmortem=row, by=by, now=timezone.now(), reviewer=person)
    return _back(request, number)


@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Back to a draft."""
    row, by = _writable(request, number)
    service.end_review(postmortem=row, by=by, now=timezone.now())
    messages.success(request, "It is a draft again. Verdicts and comments stay on record.")
    return _back(request, number)


@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Publish it from the page of its review; 409 with what is missing."""
    row, by = _writable(request, number)
    try:
        publish_service(postmortem=row, by=by, now=timezone.now())
    except NotReadyError:
        row.refresh_from_db()
        return page(request, row, status=409, said="Not published yet: see what it needs.")
    messages.success(request, f"Published. {row.incident.label} can be found by its cause and its fix.")
    return redirect(request, reverse("postmortem", args=[number]))


@lands_on("postmortem_review")
@require_POST
def due(request: HttpRequest, number: int) -> HttpResponse:
    """Choose the day on which it should be out."""
    row, by = _writable(request, number)
    form = DueForm(request.POST)
    if form.is_valid():
        try:
            service.set_due(postmortem=row, by=by, now=timezone.now(), due_on=form.cleaned_data["due_on"])
            messages.success(request, "Saved.")
            return _back(request, number)
        except InvalidError as problem:
            rendering.refuse(form, problem, default="due_on")
    return page(request, row, status=422, forms={"due": form})


@require_http_methods(["GET", "HEAD", "POST"])
def not_needed(request: HttpRequest, number: int) -> HttpResponse:
    """Say that no postmortem is needed, and why."""
    incident = get_writable_incident(request.user, number)
    by = request.user
    assert isinstance(by, User)
    form = NotNeededForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            needed_service.not_needed(incident=incident, by=by, now=timezone.now(), reason=reason)
            messages.success(request, "Marked as not needed. It can be begun at any time.")
            return redirect(request, incident.get_absolute_url())
        except InvalidError as problem:
            rendering.refuse(form, problem, default="reason")
        except needed_service.PublishedError as problem:
            form.add_error(None, str(problem))
            status = 409
    context = {"incident": incident, "form": form}
    return private(render(request, "postmortems/review_not_needed.html", context, status=status))


@require_POST
def needed(request: HttpRequest, number: int) -> HttpResponse:
    """Begin it after all."""
    incident = get_writable_incident(request.user, number)
    assert isinstance(request.user, User)
    needed_service.needed(incident=incident, by=request.user, now=timezone.now())
    return redirect(request, reverse("postmortem_edit", args=[number]))


def _writable(request: HttpRequest, number: int) -> tuple[Postmortem, User]:
    row = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    return row, request.user


def _back(request: HttpRequest, number: int) -> HttpResponse:
    return redirect(request, reverse("postmortem_review", args=[number]))
