"""Services over the API."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from hindsight.lib.api import ERRORS, listing, only_parameters
from incidents.api.schemas import ServiceOut, service_out
from incidents.models import Service

router = Router(tags=["services"])


class ServiceList(Schema):
    """A page of services."""

    count: int
    next: str | None
    results: list[ServiceOut]


@router.get("", response={200: ServiceList, **ERRORS}, summary="List services")
def index(request: HttpRequest, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Every service, by name."""
    only_parameters(request, ("cursor", "limit"))
    return listing(
        request,
        Service.objects.select_related("team"),
        order=("name", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [service_out(request, service) for service in page],
    )
