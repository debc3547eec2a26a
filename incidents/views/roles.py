"""Who does what on an incident, and who took it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from hindsight.lib.htmx import private, redirect
from incidents import access
from incidents.forms.workbench import RoleForm
from incidents.models import COMMON_ROLES, LEAD, Incident
from incidents.services.roles import acknowledge, assign_role, take_lead
from incidents.views.replies import OK, attempt, person, to_incident


@require_POST
def lead_take(request: HttpRequest, number: int) -> HttpResponse:
    """Become the lead; who was it before stands in the timeline."""
    incident = access.get_writable_incident(request.user, number)
    changed = take_lead(incident=incident, by=person(request), now=timezone.now())
    messages.success(request, f"You lead {changed.label} now.")
    return to_incident(request, changed)


@require_POST
def incident_acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    """Say that somebody has seen it and takes care."""
    incident = access.get_writable_incident(request.user, number)
    changed, is_new = acknowledge(incident=incident, by=person(request), now=timezone.now())
    who = changed.acknowledged_by.shown_name if changed.acknowledged_by else "Somebody"
    messages.success(request, "Acknowledged." if is_new else f"{who} had acknowledged it already.")
    return to_incident(request, changed)


@require_http_methods(["GET", "HEAD", "POST"])
def incident_roles(request: HttpRequest, number: int) -> HttpResponse:
    """Who has which role, who had it, and who takes one over."""
    incident = access.get_incident(request.user, number)
    if request.method != "POST":
        return _page(request, incident, RoleForm(initial={"role": request.GET.get("role", "")[:40]}), OK)
    access.require_writer(request.user)
    form = RoleForm(request.POST)
    done, status = attempt(form, lambda: _assigned(request, incident, form))
    if done is None:
        return _page(request, incident, form, status)
    messages.success(request, done)
    return redirect(request, reverse("incident_roles", args=[incident.number]))


def _assigned(request: HttpRequest, incident: Incident, form: RoleForm) -> str:
    role, who = form.cleaned_data["role"], form.cleaned_data["person"]
    assign_role(incident=incident, role=role, person=who, by=person(request), now=timezone.now())
    return f"{role.capitalize()}: {who.shown_name if who else 'nobody'}."


def _page(request: HttpRequest, incident: Incident, form: RoleForm, status: int) -> HttpResponse:
    context = {
        "incident": incident,
        "form": form,
        "held": incident.roles.select_related("person").order_by("until", "since"),
        "role_names": (LEAD, *COMMON_ROLES),
        "can_write": person(request).can_write,
    }
    return private(render(request, "incidents/roles.html", context, status=status))
