"""Earlier texts of a postmortem: the list of saves, the words that differ, restoring, and amendments."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from hindsight.lib.htmx import private, redirect
from hindsight.lib.problems import InvalidError
from incidents.access import NOT_FOUND
from postmortems.access import get_writable_postmortem
from postmortems.models import Postmortem
from postmortems.pages.revisions import (
    compare,
    compare_section,
    may_restore,
    point,
    read_history,
    since_publication,
)
from postmortems.review_forms import AmendForm
from postmortems.services.publish import NotPublishedError, amend
from postmortems.services.revisions import restore as restore_service
from postmortems.services.sections import SectionsStaleError
from postmortems.views import rendering
from postmortems.views.review import begun


@require_safe
def index(request: HttpRequest, number: int) -> HttpResponse:
    """Who saved what and when; with `before` and `after` (versions of one section) the words that differ."""
    row = begun(request, number)
    key = request.GET.get("section", "")[:40]
    context = {
        "postmortem": row,
        "incident": row.incident,
        "history": read_history(row, section=key, cursor=request.GET.get("cursor", "")),
    }
    return private(render(request, "postmortems/revisions.html", context))


@require_safe
def difference(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """One section in two of its versions, `before` and `after`; the older one may be taken up again."""
    row = begun(request, number)
    assert isinstance(request.user, User)
    versions = sorted((_number(request, "before"), _number(request, "after")))
    change = compare_section(row, key, *versions)
    if change is None:
        raise Http404(NOT_FOUND)
    section = row.sections.select_related("updated_by").get(key=key)
    saves = {save.version: save for save in section.revisions.filter(version__in=versions).select_related("by")}
    context = {
        "postmortem": row,
        "incident": row.incident,
        "change": change,
        "section": section,
        "older": saves.get(change.before),
        "newer": saves.get(change.after),
        "may_restore": may_restore(request.user, row),
    }
    return private(render(request, "postmortems/revision.html", context))


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "0")
    if not (given.isdecimal() and given.isascii() and len(given) < 10):
        raise Http404(NOT_FOUND)
    return int(given)


@require_POST
def restore(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Take an earlier text up again, as a new save."""
    row = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    version, base = request.POST.get("version", ""), request.POST.get("base", "")
    if not all(given.isdecimal() and given.isascii() and len(given) < 10 for given in (version, base)):
        raise Http404(NOT_FOUND)
    try:
        restore_service(
            postmortem=row, by=request.user, now=timezone.now(), section=key, version=int(version), base=int(base)
        )
    except SectionsStaleError as problem:
        return rendering.conflict(request, row, problem, {})
    except InvalidError as problem:
        raise Http404(NOT_FOUND) from problem
    messages.success(request, "The earlier text is back. What stood there is kept as a revision.")
    return redirect(request, f"{reverse('postmortem_edit', args=[number])}#section-{key}")


@require_safe
def changes(request: HttpRequest, number: int) -> HttpResponse:
    """What differs between two points of the whole, `from` and `to`; unasked, since it was first published."""
    return _changes(request, begun(request, number), AmendForm())


@require_POST
def amended(request: HttpRequest, number: int) -> HttpResponse:
    """Say what the changes since the publication are about."""
    row = get_writable_postmortem(request.user, number)
    assert isinstance(request.user, User)
    form = AmendForm(request.POST)
    if form.is_valid():
        try:
            amend(postmortem=row, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
            messages.success(request, "Readers see what the amendment is about.")
            return redirect(request, reverse("postmortem_changes", args=[number]))
        except InvalidError as problem:
            rendering.refuse(form, problem, default="note")
        except NotPublishedError as problem:
            form.add_error(None, str(problem))
    return _changes(request, row, form, status=422 if row.is_published else 409)


def _changes(request: HttpRequest, row: Postmortem, form: AmendForm, status: int = 200) -> HttpResponse:
    before = point(row, request.GET.get("from") or since_publication(row))
    after = point(row, request.GET.get("to", ""))
    if (before is None or after is None) and request.GET.keys() & {"from", "to"}:
        raise Http404(NOT_FOUND)
    context = {
        "postmortem": row,
        "incident": row.incident,
        "comparison": compare(row, before, after) if before and after else None,
        "publications": list(row.publications.select_related("by")),
        "form": form,
        "asked": request.GET,
    }
    return private(render(request, "postmortems/revisions_changes.html", context, status=status))
