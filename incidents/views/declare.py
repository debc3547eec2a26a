"""Declaring an incident."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from hindsight.lib.htmx import private, redirect
from incidents import access
from incidents.forms.incident import DeclareForm
from incidents.models import SEVERITY_MEANING, Severity
from incidents.pages.catalogue import service_names, tag_names
from incidents.services.declare import declare
from incidents.views.replies import OK, act_once, attempt, person

RARE = ("kind", "detected_by", "tags", "is_private", "people", "teams")


@require_http_methods(["GET", "HEAD", "POST"])
def incident_new(request: HttpRequest) -> HttpResponse:
    """A form in which the title is enough; sent twice it declares one incident."""
    access.require_writer(request.user)
    if request.method != "POST":
        return _page(request, DeclareForm(initial={"title": request.GET.get("title", "")[:200]}), OK)
    form = DeclareForm(request.POST)
    answer, status = attempt(form, lambda: act_once(request, form, "declare", lambda: _declared(request, form)))
    if answer is None:
        return _page(request, form, status)
    return redirect(request, reverse("incident_detail", args=[answer["number"]]))


def _declared(request: HttpRequest, form: DeclareForm) -> dict[str, int]:
    incident = declare(by=person(request), now=timezone.now(), fields=form.incident_fields())
    return {"number": incident.number}


def _page(request: HttpRequest, form: DeclareForm, status: int) -> HttpResponse:
    user = person(request)
    context = {
        "form": form,
        "meanings": [(severity.value, SEVERITY_MEANING[severity]) for severity in Severity],
        "service_names": service_names(user),
        "tag_names": tag_names(user),
        "similar_url": _similar_url(),
        "shows_more": form.is_bound and any(name in form.errors or form.data.get(name) for name in RARE[2:]),
    }
    return private(render(request, "incidents/incident_new.html", context, status=status))


def _similar_url() -> str:
    """Where past incidents like this one are looked up; nothing while no app offers it."""
    try:
        return reverse("search_similar")
    except NoReverseMatch:
        return ""
