"""Comments on a postmortem: beginning a thread, answering, changing one's own words, settling."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import redirect
from hindsight.lib.landing import lands_on
from hindsight.lib.problems import InvalidError
from incidents.access import NOT_FOUND
from postmortems.access import get_writable_postmortem
from postmortems.forms import ActionForm
from postmortems.models import Comment, Postmortem
from postmortems.pages.review import ReviewForms
from postmortems.review_forms import CommentForm, ReplyForm
from postmortems.services import comments as service
from postmortems.views import meeting, rendering
from postmortems.views.review import page


@lands_on("postmortem_review")
@require_POST
def add(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a thread at a section or at words of it."""
    row = get_writable_postmortem(request.user, number)
    form = CommentForm(request.POST)
    kept: list[int] = []
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("section", "body", "quote", "offset")}
        if _kept(request, form, f"comment.add:{row.pk}", lambda by: _begun(row, by, given), kept):
            return _to(request, row, kept[0], form.cleaned_data["section"])
    key = str(request.POST.get("section", ""))[:40]
    return _refused(request, row, key, {"comments": {key: form}})


def _begun(row: Postmortem, by: User, given: dict[str, Any]) -> Comment:
    return service.comment(postmortem=row, by=by, now=timezone.now(), **given)


@lands_on("postmortem_review")
@require_POST
def reply(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Answer a thread."""
    row = get_writable_postmortem(request.user, number)
    thread = _comment(row, pk)
    form = ReplyForm(request.POST)
    kept: list[int] = []
    if form.is_valid():
        body = form.cleaned_data["body"]
        if _kept(
            request,
            form,
            f"comment.reply:{thread.pk}",
            lambda by: service.answer(thread=thread, by=by, now=timezone.now(), body=body),
            kept,
        ):
            return _to(request, row, kept[0], thread.section_key)
    return _refused(request, row, thread.section_key, {"replies": {thread.parent_id or thread.pk: form}})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Change one's own words; GET shows the page with the form open."""
    row = get_writable_postmortem(request.user, number)
    comment = _comment(row, pk)
    assert isinstance(request.user, User)
    if comment.by_id != request.user.pk:
        raise PermissionDenied(str(service.NotYoursError()))
    form = ReplyForm(request.POST or None, initial={"body": comment.body})
    if form.is_bound and form.is_valid():
        try:
            service.edit(comment=comment, by=request.user, now=timezone.now(), body=form.cleaned_data["body"])
            return _to(request, row, comment.pk)
        except InvalidError as problem:
            rendering.refuse(form, problem, default="body")
    return page(request, row, status=422 if form.is_bound else 200, forms={"edits": {comment.pk: form}})


@lands_on("postmortem_review")
@require_POST
def resolve(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Settle a thread, or open it again with `open`."""
    row = get_writable_postmortem(request.user, number)
    thread = _comment(row, pk)
    assert isinstance(request.user, User)
    is_resolved = "open" not in request.POST
    service.resolve(thread=thread, by=request.user, now=timezone.now(), is_resolved=is_resolved)
    return _to(request, row, thread.parent_id or thread.pk, thread.section_key)


def _kept(request: HttpRequest, form: Any, name: str, act: Callable[[User], Comment], kept: list[int]) -> bool:
    """Do it, once however often the form arrives; False where it was refused, which the form then says."""
    by = request.user
    assert isinstance(by, User)
    try:
        answer = once(
            by=by,
            key=form.cleaned_data["once"],
            request=name,
            now=timezone.now(),
            act=lambda: {"id": act(by).pk},
        )
    except InvalidError as problem:
        rendering.refuse(form, problem, default="body")
        return False
    except KeyUsedElsewhereError:
        form.add_error(None, rendering.SENT_ELSEWHERE)
        return False
    kept.append(int(answer["id"]))
    return True


def _comment(row: Postmortem, pk: int) -> Comment:
    """A comment of this postmortem; one of another is as unknown as none."""
    comment = row.comments.filter(pk=pk).select_related("postmortem__incident").first()
    if comment is None:
        raise Http404(NOT_FOUND)
    return comment


def _is_in_meeting(request: HttpRequest) -> bool:
    return request.POST.get("in") == "meeting"


def _refused(request: HttpRequest, row: Postmortem, section: str, forms: dict[str, Any]) -> HttpResponse:
    """The page that the form was sent from, with what was typed."""
    if _is_in_meeting(request):
        own = ActionForm(prefix="action")
        return meeting.show(request, row, own, at=section, forms=ReviewForms(**forms), status=422)
    return page(request, row, status=422, forms=forms)


def _to(request: HttpRequest, row: Postmortem, pk: int, section: str = "") -> HttpResponse:
    """The page that the form was sent from, at the comment."""
    if _is_in_meeting(request):
        at = urlencode({"at": section})
        return redirect(request, f"{reverse('postmortem_meeting', args=[row.incident.number])}?{at}#comment-{pk}")
    return redirect(request, f"{reverse('postmortem_review', args=[row.incident.number])}#comment-{pk}")
