"""Writing up an outage of the past."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.once import KeyUsedElsewhereError, once
from hindsight.lib.htmx import private, redirect
from hindsight.lib.problems import InvalidError
from incidents.access import require_writer
from postmortems.past_forms import PastOutageForm
from postmortems.services.past import write_up
from postmortems.views.rendering import SENT_ELSEWHERE, refuse


@require_http_methods(["GET", "HEAD", "POST"])
def past(request: HttpRequest) -> HttpResponse:
    """GET asks what is known, POST keeps it and goes on in the editor."""
    require_writer(request.user)
    assert isinstance(request.user, User)
    form = PastOutageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = _kept(request.user, form)
        if number is not None:
            messages.success(request, "Kept as a resolved incident. Its text is in place; what is missing is listed.")
            return redirect(request, reverse("postmortem_edit", args=[number]))
    status = 422 if form.is_bound else 200
    return private(render(request, "postmortems/past.html", {"form": form}, status=status))


def _kept(by: User, form: PastOutageForm) -> int | None:
    """Keep it once, however often the form arrives; the incident's number, or None with the faults on the form."""
    now = timezone.now()

    def act() -> dict[str, Any]:
        return {"number": write_up(outage=form.outage(), by=by, now=now).incident.number}

    try:
        key = form.cleaned_data["once"]
        return int(once(by=by, key=key, request="postmortem.write_up", now=now, act=act)["number"])
    except InvalidError as problem:
        refuse(form, problem, default="title")
    except KeyUsedElsewhereError:
        form.add_error(None, SENT_ELSEWHERE)
    return None
