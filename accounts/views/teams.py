"""The Teams tab of administrators."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import get_person_or_404, get_team_or_404, require_admin
from accounts.forms import MemberForm, TeamForm
from accounts.models import Team
from accounts.services import teams as service
from hindsight.lib.htmx import SeeOther, private


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """GET lists the teams, POST makes one."""
    by = require_admin(request.user)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            team = service.create(by=by, name=form.cleaned_data["name"], now=timezone.now())
        except service.TeamNameTakenError as problem:
            form.add_error("name", str(problem))
        else:
            return SeeOther(_url(team))
    rows = Team.objects.annotate(size=Count("memberships"))
    context = {"tab": "teams", "form": form, "teams": rows}
    return private(render(request, "accounts/teams.html", context, status=422 if form.is_bound else 200))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """GET shows a team, POST renames it."""
    by = require_admin(request.user)
    row = get_team_or_404(by, team_id)
    form = TeamForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        try:
            service.rename(by=by, team=row, name=form.cleaned_data["name"], now=timezone.now())
        except service.TeamNameTakenError as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(request, "Saved.")
            return SeeOther(_url(row))
    return _team(request, row, form, MemberForm(team=row), status=422 if form.is_bound else 200)


@require_POST
def member_add(request: HttpRequest, team_id: int) -> HttpResponse:
    """Put somebody in a team."""
    by = require_admin(request.user)
    row = get_team_or_404(by, team_id)
    form = MemberForm(request.POST, team=row)
    if not form.is_valid():
        return _team(request, row, TeamForm(initial={"name": row.name}), form, status=422)
    service.add_member(by=by, team=row, person=form.cleaned_data["person"], now=timezone.now())
    return SeeOther(_url(row))


@require_POST
def member_remove(request: HttpRequest, team_id: int, person_id: int) -> HttpResponse:
    """Take somebody out of a team."""
    by = require_admin(request.user)
    row = get_team_or_404(by, team_id)
    service.remove_member(by=by, team=row, person=get_person_or_404(by, person_id), now=timezone.now())
    return SeeOther(_url(row))


def _team(request: HttpRequest, row: Team, form: TeamForm, member_form: MemberForm, *, status: int) -> HttpResponse:
    members = row.memberships.select_related("user").order_by("user__username")
    context = {"tab": "teams", "team": row, "form": form, "member_form": member_form, "memberships": members}
    return private(render(request, "accounts/team.html", context, status=status))


def _url(row: Team) -> str:
    return reverse("settings_team", args=[row.pk])
