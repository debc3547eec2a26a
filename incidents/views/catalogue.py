"""Services: what runs, and what has broken."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hindsight.lib.htmx import private, redirect
from hindsight.lib.markdown import render as markdown
from hindsight.lib.pagination import BadCursor, page_by_keyset
from incidents import access
from incidents.answers import answers
from incidents.forms.catalogue import ServiceForm
from incidents.models import Incident, Service
from incidents.pages.catalogue import service_rows, visible_services
from incidents.services.catalogue import update_service
from incidents.views.replies import OK, attempt, person

ROWS = 50


@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service with how often it broke."""
    return private(render(request, "incidents/service_list.html", {"rows": service_rows(person(request))}))


@require_safe
def service_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One service: what it is, and what has broken in it and why."""
    user = person(request)
    service = _service(request, slug)
    rows = Incident.objects.visible_to(user).filter(services=service)
    try:
        page = page_by_keyset(
            rows.for_list(), order=("-listed_at", "-pk"), cursor=request.GET.get("cursor"), limit=ROWS
        )
    except BadCursor:
        page = page_by_keyset(rows.for_list(), order=("-listed_at", "-pk"), cursor=None, limit=ROWS)
    context = {
        "service": service,
        "description": markdown(service.description),
        "page": page,
        "count": rows.count(),
        "active": rows.active().count(),
        "answers": answers([incident.pk for incident in page.items]),
        "can_write": user.can_write,
        "now": timezone.now(),
    }
    return private(render(request, "incidents/service.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what a service is, and who answers for it."""
    service = _service(request, slug)
    access.require_writer(request.user)
    if request.method != "POST":
        names = ("name", "description", "runbook_url")
        shown = {**{name: getattr(service, name) for name in names}, "team": service.team_id}
        return _edit_page(request, service, ServiceForm(initial=shown), OK)
    form = ServiceForm(request.POST)
    changed, status = attempt(form, lambda: update_service(service=service, **form.cleaned_data))
    if changed is None:
        return _edit_page(request, _service(request, slug), form, status)
    messages.success(request, "Saved.")
    return redirect(request, changed.get_absolute_url())


def _service(request: HttpRequest, slug: str) -> Service:
    service = visible_services(person(request)).filter(slug=slug).select_related("team").first()
    if service is None:
        raise Http404(access.NOT_FOUND)
    return service


def _edit_page(request: HttpRequest, service: Service, form: ServiceForm, status: int) -> HttpResponse:
    return private(render(request, "incidents/service_edit.html", {"service": service, "form": form}, status=status))
