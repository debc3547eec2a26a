"""The set-up page behind the one-time link."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.access import HIDDEN
from accounts.forms import SetupForm
from accounts.models import Installation
from accounts.services import setup
from hindsight.lib.htmx import SeeOther


@never_cache
@login_not_required
@sensitive_variables("secret", "values")
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, secret: str) -> HttpResponse:
    """Show and take the form; a used or wrong link is a page that does not exist."""
    if not setup.is_open(secret=secret):
        raise Http404(HIDDEN)
    form = SetupForm(request.POST or None, initial={"name": Installation.current().name})
    if request.method == "POST" and form.is_valid():
        return _complete(request, secret, form)
    response = render(request, "accounts/setup.html", {"form": form}, status=422 if form.is_bound else 200)
    # The address is the secret: it must not travel in a Referer.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@sensitive_variables("secret", "values")
def _complete(request: HttpRequest, secret: str, form: SetupForm) -> HttpResponse:
    values = form.cleaned_data
    try:
        person = setup.complete(
            secret=secret,
            name=values["name"],
            username=values["username"],
            email=values["email"],
            password=values["password1"],
            now=timezone.now(),
        )
    except setup.SetupClosedError as problem:
        raise Http404(HIDDEN) from problem
    login(request, person, backend="accounts.backends.Backend")
    return SeeOther("/")
