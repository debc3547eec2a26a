"""The People tab of administrators."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db.models import Count, Max, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import get_person_or_404, require_admin
from accounts.forms import NewPersonForm, PersonForm, RoleForm
from accounts.models import Role, Team, User
from accounts.services import people as service
from hindsight.lib.htmx import SeeOther, private
from hindsight.lib.mail import is_set_up

REFUSALS = (service.LastAdministratorError, service.NoEmailError, service.InactiveError)


@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, those who may sign in first."""
    require_admin(request.user)
    with_teams = User.objects.prefetch_related(Prefetch("teams", Team.objects.order_by("name")))
    rows = with_teams.order_by("-is_active", "username")
    return _page(request, "accounts/people.html", {"people": rows})


@never_cache
@sensitive_variables("link")
@require_http_methods(["GET", "HEAD", "POST"])
def person_new(request: HttpRequest) -> HttpResponse:
    """Add somebody; the answer shows their link once, unless it goes by mail."""
    by = require_admin(request.user)
    form = NewPersonForm(request.POST or None)
    person = _added(by, form) if request.method == "POST" and form.is_valid() else None
    if person is None:
        return _page(request, "accounts/person_new.html", {"form": form}, status=422 if form.is_bound else 200)
    if form.cleaned_data["is_mailed"] and is_set_up():
        service.mail_link(by=by, person=person, now=timezone.now())
        messages.success(request, f"{person.username} is added; the link goes to {person.email}.")
        return SeeOther(reverse("settings_people"))
    link = service.invite(by=by, person=person, now=timezone.now())
    return _person(request, person, PersonForm(initial=_initial(person)), link=link, status=201)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET shows an account, POST keeps how it is called and reached."""
    by = require_admin(request.user)
    row = get_person_or_404(by, person_id)
    form = PersonForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid() and _edited(by, row, form):
        messages.success(request, "Saved.")
        return SeeOther(_url(row))
    return _person(request, row, form, status=422 if form.is_bound else 200)


@require_POST
def person_role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Another role."""
    by = require_admin(request.user)
    row = get_person_or_404(by, person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _person(request, row, PersonForm(initial=_initial(row)), role_form=form, status=422)
    try:
        changed = service.change_role(by=by, person=row, role=Role(form.cleaned_data["role"]), now=timezone.now())
    except REFUSALS as problem:
        form.add_error("role", str(problem))
        return _person(request, row, PersonForm(initial=_initial(row)), role_form=form, status=422)
    if changed.pk == by.pk:
        update_session_auth_hash(request, changed)
    messages.success(request, f"{changed.username} is now {changed.get_role_display().lower()}.")
    return SeeOther(reverse("settings_people"))


@require_POST
def person_deactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Shut somebody out."""
    by = require_admin(request.user)
    row = get_person_or_404(by, person_id)
    try:
        service.deactivate(by=by, person=row, now=timezone.now())
    except REFUSALS as problem:
        return _person(request, row, PersonForm(initial=_initial(row)), refusal=str(problem), status=422)
    messages.success(request, f"{row.username} is switched off and signed out everywhere.")
    return SeeOther(_url(row) if row.pk != by.pk else reverse("account_login"))


@require_POST
def person_reactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let somebody in again."""
    by = require_admin(request.user)
    row = service.reactivate(by=by, person=get_person_or_404(by, person_id), now=timezone.now())
    messages.success(request, f"{row.username} may sign in again.")
    return SeeOther(_url(row))


@never_cache
@require_POST
@sensitive_variables("link")
def person_invite(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a link for a new password, once."""
    by = require_admin(request.user)
    row = get_person_or_404(by, person_id)
    try:
        link = service.invite(by=by, person=row, now=timezone.now())
    except REFUSALS as problem:
        return _person(request, row, PersonForm(initial=_initial(row)), refusal=str(problem), status=422)
    return _person(request, row, PersonForm(initial=_initial(row)), link=link, status=200)


@require_POST
def person_mail(request: HttpRequest, person_id: int) -> HttpResponse:
    """Send a link for a new password by mail."""
    by = require_admin(request.user)
    row = get_person_or_404(by, person_id)
    try:
        service.mail_link(by=by, person=row, now=timezone.now())
    except REFUSALS as problem:
        return _person(request, row, PersonForm(initial=_initial(row)), refusal=str(problem), status=422)
    messages.success(request, f"The link goes to {row.email}.")
    return SeeOther(_url(row))


def _added(by: User, form: NewPersonForm) -> User | None:
    values = form.cleaned_data
    try:
        return service.add(
            by=by,
            username=values["username"],
            email=values["email"],
            display_name=values["display_name"],
            role=Role(values["role"]),
            now=timezone.now(),
        )
    except service.TakenError as problem:
        form.add_error(problem.field, str(problem))
        return None


def _edited(by: User, row: User, form: PersonForm) -> bool:
    values = form.cleaned_data
    try:
        service.edit(
            by=by,
            person=row,
            username=values["username"],
            email=values["email"],
            display_name=values["display_name"],
            now=timezone.now(),
        )
    except service.TakenError as problem:
        form.add_error(problem.field, str(problem))
        return False
    return True


def _person(request: HttpRequest, row: User, form: PersonForm, *, status: int, **extra: Any) -> HttpResponse:
    live = row.api_tokens.filter(revoked_at=None)
    facts = live.aggregate(tokens=Count("pk"), token_used_at=Max("last_used_at"))
    role_form = extra.pop("role_form", None) or RoleForm(initial={"role": row.role})
    context = {"person": row, "form": form, "role_form": role_form, "facts": facts, "teams": row.teams.all(), **extra}
    return _page(request, "accounts/person.html", context, status=status)


def _initial(row: User) -> dict[str, str]:
    return {"username": row.username, "email": row.email, "display_name": row.display_name}


def _url(row: User) -> str:
    return reverse("settings_person", args=[row.pk])


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return private(render(request, template, {"tab": "people", **context}, status=status))
