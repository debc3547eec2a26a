"""Services: what runs, and what has broken."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from hindsight.lib.htmx import private, redirect
from hindsight.lib.markdown import render as markdown
from hindsight.lib.pagination import BadCursor, page_by_keyset
from hindsight.lib.problems import StaleError
from incidents import access
from incidents.answers import answers
from incidents.forms.catalogue import ServiceForm
from incidents.models import Incident, Service
from incidents.pages.catalogue import service_rows, visible_services
from incidents.services.catalogue import update_service
from incidents.views.replies import CONFLICT, OK, attempt, difference, person

ROWS = 50
SAVED_FIRST = "Somebody saved this first. Nothing of yours is lost: both texts are below. Saving again replaces theirs."


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
        names = ("name", "description", "runbook_url", "version")
        shown = {**{name: getattr(service, name) for name in names}, "team": service.team_id}
        return _edit_page(request, service, ServiceForm(initial=shown), OK)
    form = ServiceForm(request.POST)

    def act() -> Service:
        return update_service(
            service=service,
            by=person(request),
            now=timezone.now(),
            version=form.cleaned_data["version"],
            fields=form.service_fields(),
        )

    try:
        changed, status = attempt(form, act)
    except StaleError as problem:
        return _conflict(request, problem.current, form)
    if changed is None:
        return _edit_page(request, _service(request, slug), form, status)
    messages.success(request, "Saved.")
    return redirect(request, changed.get_absolute_url())


def _conflict(request: HttpRequest, current: Service, form: ServiceForm) -> HttpResponse:
    """What was typed, to be saved over theirs or not, and what is another in theirs."""
    mine = form.service_fields()
    again = ServiceForm({**form.data.dict(), "version": str(current.version)})  # type: ignore[attr-defined]  # a QueryDict
    pairs = [
        ("Name", mine["name"], current.name),
        ("Description", mine["description"], current.description),
        ("Runbook", mine["runbook_url"], current.runbook_url),
        ("Team", str(mine["team"] or "Nobody"), str(current.team or "Nobody")),
    ]
    context = {
        "conflict": SAVED_FIRST,
        "differences": [difference(*pair) for pair in pairs if pair[1] != pair[2]],
    }
    return _edit_page(request, current, again, CONFLICT, **context)


def _service(request: HttpRequest, slug: str) -> Service:
    service = visible_services(person(request)).filter(slug=slug).select_related("team").first()
    if service is None:
        raise Http404(access.NOT_FOUND)
    return service


def _edit_page(request: HttpRequest, service: Service, form: ServiceForm, status: int, **more: object) -> HttpResponse:
    context = {"service": service, "form": form, **more}
    return private(render(request, "incidents/service_edit.html", context, status=status))
