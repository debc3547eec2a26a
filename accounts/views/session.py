"""What somebody gets whose session ended while they were writing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.forms import SignInForm
from accounts.kept import FIELD, Kept, keep, unpack
from hindsight.lib.htmx import private

SESSION_OVER = "Your session ended. Log in here; your text stays in this page and is sent right after."
# static/js/session.js acts on it: "over" opens the sign-in dialog, "stale" sends the request once more.
SESSION_HEADER = "X-Hindsight-Session"


def session_over(request: HttpRequest) -> HttpResponse:
    """401 for htmx: a fragment with the sign-in form; the page behind it stays as it is."""
    login = f"{reverse('account_login')}?{urlencode({'next': reverse('signed_in')})}"
    context = {"login_url": login, "message": SESSION_OVER}
    response = render(request, "accounts/_session_over.html", context, status=401)
    response.headers[SESSION_HEADER] = "over"
    return private(response)


def sign_in_with(request: HttpRequest, kept: Kept, *, problem: str = "", status: int = 401) -> HttpResponse:
    """The sign-in page that carries what was typed, and shows it."""
    context = {"kept": kept, "kept_field": FIELD, "form": SignInForm(request=request), "problem": problem}
    return private(render(request, "401.html", context, status=status))


def stale_form(request: HttpRequest) -> HttpResponse:
    """403 for a form whose CSRF token is out of date: somebody signed in or out in another tab.

    What was typed is shown, and can be sent again with one click, unless it came from another site.
    """
    kept = unpack(request.POST.get(FIELD, "")) or keep(request)
    # Forms that hold passwords can't be sent again without them.
    is_entrance = kept.path.startswith(("/accounts/", "/setup/"))
    context = {
        "kept": kept,
        "can_send": kept.is_sendable and _is_ours(request) and not is_entrance,
        "shows_typed": bool(kept.typed or kept.files) and not is_entrance,
    }
    response = render(request, "403_csrf.html", context, status=403)
    # The rendered form has set a fresh cookie; a page with htmx sends its request once more with it.
    response.headers[SESSION_HEADER] = "stale"
    return private(response)


def _is_ours(request: HttpRequest) -> bool:
    """Whether the form stood on a page of this site; a button made of another site's form would be a trap."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
