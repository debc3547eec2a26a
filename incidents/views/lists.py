"""The list of incidents, and the addresses that are short for a filtered one."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hindsight.lib.htmx import redirect, render
from incidents.pages.catalogue import service_names
from incidents.pages.listing import read_listing
from incidents.views.replies import person


@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """Every incident that the reader may see, narrowed and ordered as the address says."""
    user = person(request)
    listing = read_listing(user, request.GET)
    context = {
        "listing": listing,
        "service_names": service_names(user),
    }
    return render(
        request, page="incidents/incident_list.html", fragment="incidents/_incident_list.html", context=context
    )


@require_safe
def tag_detail(request: HttpRequest, name: str) -> HttpResponse:
    """The incidents with a tag."""
    return redirect(request, f"{reverse('incident_list')}?{urlencode({'tag': name})}")
