"""What everybody sets for themselves: profile, sessions, API tokens."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import get_token_or_404, signed_in
from accounts.forms import ProfileForm, TokenForm
from accounts.models import User
from accounts.once import once
from accounts.services import profile as profile_service
from accounts.services import tokens as token_service
from accounts.services.people import TakenError
from hindsight.lib.htmx import SeeOther, private


@never_cache
@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """GET shows the profile, POST keeps it."""
    person = signed_in(request)
    fields = ("display_name", "email", "timezone", "theme", "wants_digest")
    form = ProfileForm(request.POST or None, person=person, initial={name: getattr(person, name) for name in fields})
    if request.method == "POST" and form.is_valid() and _knows_password(request, person, form) and _keep(person, form):
        messages.success(request, "Your profile is saved.")
        return SeeOther(reverse("settings"))
    return _page(request, "accounts/profile.html", "profile", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    person = signed_in(request)
    profile_service.end_other_sessions(by=person, now=timezone.now())
    update_session_auth_hash(request, person)
    messages.success(request, "You are signed out everywhere else.")
    return SeeOther(reverse("account_change_password"))


@never_cache
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens, and the form for another one."""
    return _tokens(request, TokenForm(owner=signed_in(request)))


@never_cache
@require_POST
@sensitive_variables("secret", "made")
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret, in this answer and never again."""
    person = signed_in(request)
    form = TokenForm(request.POST, owner=person)
    if not form.is_valid():
        return _tokens(request, form, status=422)
    made: list[str] = []

    def act() -> dict[str, int]:
        values = form.cleaned_data
        token, secret = token_service.create_token(
            by=person,
            owner=person,
            name=values["name"],
            scope=values["scope"],
            expires_at=values["expires_at"],
            now=timezone.now(),
        )
        made.append(secret)
        return {"token": token.pk}

    try:
        once(by=person, key=form.cleaned_data["once"], request="token.create", now=timezone.now(), act=act)
    except (token_service.AlreadyExpiredError, token_service.ScopeTooWideError) as problem:
        is_late = isinstance(problem, token_service.AlreadyExpiredError)
        form.add_error("expires_at" if is_late else "scope", str(problem))
        return _tokens(request, form, status=422)
    if not made:
        messages.info(request, "This token was made already; its secret is shown only once. Revoke it if you lost it.")
        return SeeOther(reverse("settings_tokens"))
    return _tokens(request, TokenForm(owner=person), secret=made[0], status=201)


@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Close a token for ever."""
    person = signed_in(request)
    token = get_token_or_404(person, token_id)
    token_service.revoke(by=person, token=token, now=timezone.now())
    messages.success(request, f"The token “{token.name}” is revoked.")
    return SeeOther(reverse("settings_tokens"))


@sensitive_variables("secret")
def _tokens(request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    person = signed_in(request)
    now = timezone.now()
    rows = [(token, token.is_valid(now)) for token in person.api_tokens.all()]
    context = {"form": form, "tokens": rows, "secret": secret}
    return _page(request, "accounts/tokens.html", "tokens", context, status=status)


def _knows_password(request: HttpRequest, person: User, form: ProfileForm) -> bool:
    """Who holds the address can set the password, so another address needs the password. Too many tries give 429."""
    if not form.changes_address:
        return True
    typed = form.cleaned_data["current_password"]
    if typed and get_adapter(request).reauthenticate(person, typed):
        return True
    message = "This is not your password." if typed else "To change the e-mail address, type your current password."
    form.add_error("current_password", message)
    return False


def _keep(person: User, form: ProfileForm) -> bool:
    values = form.cleaned_data
    try:
        profile_service.change(
            by=person,
            display_name=values["display_name"],
            email=values["email"],
            timezone=values["timezone"],
            theme=values["theme"],
            wants_digest=values["wants_digest"],
            now=timezone.now(),
        )
    except TakenError as problem:
        form.add_error(problem.field, str(problem))
        return False
    return True


def _page(request: HttpRequest, template: str, tab: str, context: dict[str, object], *, status: int) -> HttpResponse:
    return private(render(request, template, {"tab": tab, **context}, status=status))
