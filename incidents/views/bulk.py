"""Changing tags and services of several incidents of the list at once."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private, redirect
from incidents import access
from incidents.forms.workbench import BulkForm, chosen_rows
from incidents.models import Incident
from incidents.pages.catalogue import service_names, tag_names
from incidents.services.bulk import BulkChange, RowsChangedError, change_many
from incidents.views.replies import CONFLICT, OK, attempt, person


@require_http_methods(["GET", "HEAD", "POST"])
def incident_bulk(request: HttpRequest) -> HttpResponse:
    """The chosen incidents with a form for all of them; nothing is saved unless everything can be."""
    access.require_writer(request.user)
    if request.method != "POST":
        return _page(request, BulkForm(), chosen_rows(request.GET), OK)
    form, rows = BulkForm(request.POST), chosen_rows(request.POST)
    try:
        changed, status = attempt(form, lambda: _changed(request, form, rows))
    except RowsChangedError as problem:
        form.add_error(None, str(problem))
        # The page shows them as they are now; sending it again then means that.
        return _page(request, form, rows, CONFLICT, stale=problem.labels)
    if changed is None:
        return _page(request, form, rows, status)
    words = "1 incident" if len(changed) == 1 else f"{len(changed)} incidents"
    messages.success(request, f"{words} changed." if changed else "They were like that already; nothing changed.")
    return redirect(request, reverse("incident_list"))


def _changed(request: HttpRequest, form: BulkForm, rows: Mapping[int, int]) -> list[Incident]:
    change = BulkChange(**form.cleaned_data)
    return change_many(rows=rows, change=change, by=person(request), now=timezone.now())


def _page(
    request: HttpRequest, form: BulkForm, rows: Mapping[int, int], status: int, stale: list[str] | None = None
) -> HttpResponse:
    user = person(request)
    visible = Incident.objects.visible_to(user).filter(number__in=list(rows)[:1000])
    context = {
        "form": form,
        "incidents": list(visible.prefetch_related("services", "tags").defer("summary", "rendered")),
        "seen": {} if status == CONFLICT else rows,
        "stale": stale or [],
        "service_names": service_names(user),
        "tag_names": tag_names(user),
    }
    return private(render(request, "incidents/bulk.html", context, status=status))
