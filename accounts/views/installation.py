"""The Installation and Audit log tabs of administrators."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_admin
from accounts.forms import InstallationForm
from accounts.models import AuditEntry, Installation
from accounts.services import installation as service
from hindsight.lib.htmx import SeeOther, private

AUDIT_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def installation(request: HttpRequest) -> HttpResponse:
    """GET shows what is set for everybody, POST keeps it."""
    by = require_admin(request.user)
    row = Installation.current()
    form = InstallationForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        service.rename(by=by, name=form.cleaned_data["name"], now=timezone.now())
        messages.success(request, "Saved.")
        return SeeOther(reverse("settings_installation"))
    context = {"tab": "installation", "form": form, "row": row}
    return private(render(request, "accounts/installation.html", context, status=422 if form.is_bound else 200))


@never_cache
@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """What was done to accounts, the newest first."""
    require_admin(request.user)
    page = Paginator(AuditEntry.objects.all(), AUDIT_PAGE).get_page(request.GET.get("page"))
    return private(render(request, "accounts/audit_log.html", {"tab": "audit", "page": page}))
