"""Reading a postmortem together."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.problems import InvalidError
from incidents.access import NOT_FOUND, require_writer
from postmortems.access import get_postmortem
from postmortems.forms import ActionForm
from postmortems.models import Postmortem
from postmortems.pages.meeting import hold
from postmortems.pages.reading import read_reading
from postmortems.pages.review import ReviewForms
from postmortems.review_forms import CommentForm, ReplyForm
from postmortems.services.actions import add_action
from postmortems.views import rendering


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: HttpRequest, number: int) -> HttpResponse:
    """One section, large; `?at=` names it, so that its address can be passed round. A POST adds an action item."""
    row = get_postmortem(request.user, number)
    if row is None:
        raise Http404(NOT_FOUND)
    assert isinstance(request.user, User)
    if request.method != "POST":
        form = ActionForm(prefix="action") if request.user.can_write else None
        return show(request, row, form)
    require_writer(request.user)
    form = ActionForm(request.POST, prefix="action")
    if not form.is_valid() or not _added(row, form, by=request.user):
        return show(request, row, form, status=422)
    messages.success(request, "Action item added.")
    return SeeOther(f"{reverse('postmortem_meeting', args=[number])}?{urlencode({'at': request.GET.get('at', '')})}")


def _added(row: Postmortem, form: ActionForm, *, by: User) -> bool:
    """Add the item, once however often the form arrives; False with the reason in the form."""
    now = timezone.now()

    def act() -> dict[str, Any]:
        return {"id": add_action(incident=row.incident, by=by, now=now, fields=form.action_fields()).pk}

    try:
        once(by=by, key=form.cleaned_data["once"], request=f"action.add:{row.incident_id}", now=now, act=act)
    except InvalidError as problem:
        rendering.refuse(form, problem, default="title")
    except KeyUsedElsewhereError:
        form.add_error(None, rendering.SENT_ELSEWHERE)
    return not form.errors


def show(
    request: HttpRequest,
    row: Postmortem,
    form: ActionForm | None,
    *,
    at: str | None = None,
    forms: ReviewForms | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page at a section, with forms that were sent and refused."""
    assert isinstance(request.user, User)
    sent, key = forms or ReviewForms(), request.GET.get("at", "") if at is None else at
    reading = read_reading(row.incident, row, reader=request.user, view=request.GET.get("diagnosis", ""))
    context = {
        "meeting": hold(reading, key, reader=request.user, forms=sent),
        "reading": reading,
        "incident": row.incident,
        "postmortem": row,
        "today": timezone.localdate(),
        "form": form,
        "comment_form": sent.comments.get(key, CommentForm()) if request.user.can_write else None,
        "reply_form": ReplyForm(),
    }
    return private(render_page(request, "postmortems/meeting.html", context, status=status))
