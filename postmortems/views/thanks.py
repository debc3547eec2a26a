"""Saying that a postmortem helped."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from hindsight.lib.htmx import SeeOther, private, wants_fragment
from incidents.access import NOT_FOUND
from postmortems.access import get_postmortem
from postmortems.pages.gratitude import read_gratitude
from postmortems.services.thanks import take_back, thank


@require_POST
def thanks(request: HttpRequest, number: int) -> HttpResponse:
    """ "This helped", or with `helped=0` not any more. Whoever may read may say so."""
    row = get_postmortem(request.user, number)
    if row is None:
        raise Http404(NOT_FOUND)
    assert isinstance(request.user, User)
    is_said = request.POST.get("helped") != "0"
    if is_said:
        thank(postmortem=row, by=request.user, now=timezone.now())
    else:
        take_back(postmortem=row, by=request.user)
    if wants_fragment(request):
        context = {"gratitude": read_gratitude(row, reader=request.user), "incident": row.incident}
        return private(render_page(request, "postmortems/_thanks.html", context))
    messages.success(request, "Thanks. Its writers see that it helped." if is_said else "Taken back.")
    return SeeOther(f"{reverse('postmortem', args=[number])}#thanks")
