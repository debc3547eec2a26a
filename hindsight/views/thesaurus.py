"""The Thesaurus tab of administrators: words that search takes for the same thing."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.access import HIDDEN, require_admin
from accounts.models import User
from hindsight.lib.forms import FormErrors, LineField
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.problems import InvalidError
from search import wording
from search.models import ThesaurusChange

TRIED_LIMIT = 400


class GroupForm(FormErrors, forms.Form):
    """A group of the installation's own."""

    words = LineField(
        limit=wording.LINE_LIMIT,
        label="Words and phrases",
        help_text="With commas between, such as: basket, cart, shopping trolley. A searched one brings the others.",
    )
    instead = LineField(limit=wording.LINE_LIMIT, required=False, widget=forms.HiddenInput)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def thesaurus(request: HttpRequest) -> HttpResponse:
    """GET lists the groups and shows what the words of `?try=` bring; POST adds a group, puts it in the place of
    another (`?change=`), or tries it with `preview`."""
    by = require_admin(request.user)
    changed = request.GET.get("change", "")[: wording.LINE_LIMIT]
    form = GroupForm(request.POST or None, initial={"words": changed, "instead": changed})
    group: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        try:
            if "preview" in request.POST:
                group = wording.checked(words)
            else:
                now = timezone.now()
                instead = form.cleaned_data["instead"]
                if instead:
                    row = wording.change(instead=instead, words=words, now=now, note=_note(by, now))
                else:
                    row = wording.add(words=words, now=now, note=_note(by, now))
                messages.success(request, f"{'Changed' if instead else 'Added'}: {row.words}.")
                return SeeOther(reverse("settings_thesaurus"))
        except InvalidError as problem:
            form.add_error("words", problem.fields["words"])
    status = 422 if form.is_bound and form.errors else 200
    return private(render(request, "search/thesaurus.html", _context(request, form, group), status=status))


@require_POST
def put_away(request: HttpRequest) -> HttpResponse:
    """Let a shipped group count no longer."""
    by, now = require_admin(request.user), timezone.now()
    try:
        row = wording.put_away(words=request.POST.get("words", ""), now=now, note=_note(by, now))
    except InvalidError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"Put away: {row.words}.")
    return SeeOther(reverse("settings_thesaurus"))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an own group, or let a shipped one count again."""
    by, now = require_admin(request.user), timezone.now()
    try:
        row = wording.undo(pk=pk, note=_note(by, now))
    except ThesaurusChange.DoesNotExist as problem:
        raise Http404(HIDDEN) from problem
    messages.success(request, f"{'Removed' if row.is_own else 'Counts again'}: {row.words}.")
    return SeeOther(reverse("settings_thesaurus"))


def _note(by: User, now: datetime) -> wording.Note:
    return partial(_record, by, now)


def _record(by: User, now: datetime, action: str, target: str) -> None:
    audit.record(by=by, action=action, target=target, now=now)


def _context(request: HttpRequest, form: GroupForm, group: tuple[str, ...]) -> dict[str, Any]:
    tried = request.POST.get("try", "") or request.GET.get("try", "")
    text = " ".join(tried.split())[:TRIED_LIMIT]
    own, shipped = wording.lines()
    return {
        "tab": "thesaurus",
        "form": form,
        "tried": text,
        "brought": wording.brought(text) if text else [],
        "previewed": {phrase: [each.other for each in wording.brought(phrase, group)] for phrase in group},
        "own": own,
        "shipped": shipped,
    }
