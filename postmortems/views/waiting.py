"""What waits on the one who looks, and what a severity asks of a postmortem."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_admin
from accounts.models import User
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.problems import StaleError
from postmortems.models import WritingPolicy
from postmortems.pages.waiting import count_waiting, read_waiting
from postmortems.prompts import CORE
from postmortems.review_forms import PolicyForm
from postmortems.services.policy import set_policy
from postmortems.shipped import STANDARD

# Sections of the shipped templates that are prose and not required anyway; of others a template says it itself.
DRAWN = frozenset({"timeline", "diagnosis", "actions"})
PARTS = [
    (prompt.key, prompt.title)
    for prompt in STANDARD.sections
    if prompt.key not in CORE and not DRAWN & set(prompt.drawn_from)
]


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Reviews, changes, comments, drafts and action items that wait on the reader."""
    assert isinstance(request.user, User)
    context = {"waiting": read_waiting(request.user, now=timezone.now())}
    return private(render(request, "postmortems/waiting.html", context))


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The number in the menu, alone; fetched after the page, so that no page waits for it."""
    assert isinstance(request.user, User)
    number = count_waiting(request.user, now=timezone.now())
    return private(HttpResponse(str(number), content_type="text/plain; charset=utf-8"))


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """What each severity asks of a postmortem: days, a review, sections. Administrators only."""
    by = require_admin(request.user)
    row = WritingPolicy.current()
    form = PolicyForm(row, PARTS, request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            set_policy(by=by, now=timezone.now(), version=form.cleaned_data["version"], fields=form.values())
            messages.success(request, "Saved.")
            return SeeOther(reverse("postmortem_policy"))
        except StaleError as problem:
            status = 409
            data = request.POST.copy()
            data["version"] = str(problem.current.version)
            form = PolicyForm(problem.current, PARTS, data)
            form.is_valid()
            form.add_error(None, "Somebody changed this meanwhile. Save again to keep yours.")
    context = {"tab": "postmortems", "form": form}
    return private(render(request, "postmortems/review_policy.html", context, status=status))
