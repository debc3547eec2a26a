"""Signing in and out, and new passwords: allauth's steps on our pages."""

from typing import Any

from allauth.account import views as allauth
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.forms import (
    ConfirmPasswordForm,
    FirstPasswordForm,
    ForgottenForm,
    NewPasswordForm,
    PasswordForm,
    SignInForm,
)
from accounts.kept import FIELD, Kept, unpack
from accounts.services import setup
from accounts.views.limits import TOO_MANY
from accounts.views.session import sign_in_with
from hindsight.lib.htmx import private, wants_fragment


class _Refusing:
    """Answers a bad form with 422, as every page here does."""

    request: HttpRequest

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The form again, with what was typed (but no passwords)."""
        answer: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # a mixin of Django's FormView
        answer.status_code = 422
        return answer


class SignIn(_Refusing, allauth.LoginView):  # type: ignore[misc]  # allauth ships no types
    """The sign-in page; it hands on what somebody had typed when their session ended."""

    form_class = SignInForm
    template_name = "account/login.html"

    @property
    def _kept(self) -> Kept | None:
        return unpack(self.request.POST.get(FIELD, "")) if self.request.method == "POST" else None

    @method_decorator(login_not_required)
    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Somebody who signed in in another tab meanwhile goes straight to what they had typed."""
        kept = unpack(request.POST.get(FIELD, "")) if request.user.is_authenticated else None
        if kept:
            return _send_again(request, kept)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try the password; too many tries keep what is carried."""
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except ImmediateHttpResponse as stopped:
            kept = self._kept
            if kept is None or stopped.response.status_code != 429:
                raise
            answer = sign_in_with(request, kept, problem=TOO_MANY, status=429)
            answer.headers["Retry-After"] = stopped.response.headers["Retry-After"]
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whether there is any account, and what is carried."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "is_new": setup.is_needed(), "kept": self._kept, "kept_field": FIELD}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Sign in; then to the page that was wanted, or to the form that is still to be sent."""
        kept = self._kept
        answer: HttpResponse = super().form_valid(form)
        if not self.request.user.is_authenticated:
            return answer
        if wants_fragment(self.request):
            return _renewed(self.request)
        return _send_again(self.request, kept) if kept else answer


class Forgotten(_Refusing, allauth.PasswordResetView):  # type: ignore[misc]  # allauth ships no types
    """Asks for an address; says the same for every address."""

    form_class = ForgottenForm
    template_name = "account/password_reset.html"


class NewPassword(_Refusing, allauth.PasswordResetFromKeyView):  # type: ignore[misc]  # allauth ships no types
    """The page that a password link opens."""

    form_class = NewPasswordForm
    template_name = "account/password_reset_from_key.html"


class ChangePassword(_Refusing, allauth.PasswordChangeView):  # type: ignore[misc]  # allauth ships no types
    """The Password tab of the settings."""

    form_class = PasswordForm
    template_name = "account/password_change.html"
    success_url = reverse_lazy("account_change_password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which tab this is."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "tab": "password"}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Keep it and say so; this session goes on."""
        answer: HttpResponse = super().form_valid(form)
        messages.success(self.request, "Your password is changed; you are signed out everywhere else.")
        return answer


class FirstPassword(_Refusing, allauth.PasswordSetView):  # type: ignore[misc]  # allauth ships no types
    """The Password tab of somebody who has no password yet."""

    form_class = FirstPasswordForm
    template_name = "account/password_change.html"
    success_url = reverse_lazy("account_change_password")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add which tab this is."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "tab": "password"}


class ConfirmPassword(_Refusing, allauth.ReauthenticateView):  # type: ignore[misc]  # allauth ships no types
    """Asks for the password once more."""

    form_class = ConfirmPasswordForm
    template_name = "account/reauthenticate.html"


@never_cache
@login_not_required
@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Says that one is signed in again, in the tab that was opened for it."""
    return render(request, "accounts/signed_in.html")


def _renewed(request: HttpRequest) -> HttpResponse:
    """For a page that waits behind the sign-in: nothing to show, but the new CSRF token for its forms."""
    answer = HttpResponse(status=204)
    answer.headers["X-CSRFToken"] = get_token(request)
    return private(answer)


def _send_again(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The form that was sent when the session had ended, ready to be sent again, with a fresh CSRF token."""
    return private(render(request, "accounts/send_again.html", {"kept": kept}))
