"""What somebody gets who tries too often."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WAIT_SECONDS = 60
TOO_MANY = f"Too many tries. Try again in {WAIT_SECONDS} s."


def too_many_tries(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, the same for known and unknown names; every limit of accounts counts over a minute."""
    response = render(request, "429.html", {"message": TOO_MANY}, status=429)
    response.headers["Retry-After"] = str(WAIT_SECONDS)
    response.headers["Cache-Control"] = "private, no-store"
    return response
