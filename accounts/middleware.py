"""Middleware that follows from who is signed in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User


class ZoneMiddleware:
    """Shows times in the zone of the signed-in person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)
