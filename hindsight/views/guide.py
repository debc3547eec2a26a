"""The living style guide: every component, drawn. For those who build pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require_admin


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The guide, for administrators."""
    require_admin(request.user)
    return render(request, "design.html")
