"""Answers to requests that can't be served; each says what happened, what is safe and what to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is out of date: signed out, or signed in again in another tab."""
    return render(request, "403_csrf.html", {"typed": _typed(request)}, status=403)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the person had typed, so that it can be shown and copied; never passwords or tokens."""
    hidden = {"csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "once"}
    return [(name, value) for name, value in request.POST.items() if name not in hidden and isinstance(value, str)]
