"""Services over the API."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from accounts.api import caller
from hindsight.lib.api import ERRORS, listing, only_parameters
from incidents.api.schemas import (
    ServiceOut,
)
from incidents.api.shown import service_out
from incidents.pages.catalogue import visible_services

router = Router(tags=["services"])


class ServiceList(Schema):
    """A page of services."""

    count: int
    next: str | None
    results: list[ServiceOut]


@router.get("", response={200: ServiceList, **ERRORS}, summary="List services")
def index(request: HttpRequest, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Every service that the caller may know of, by name."""
    only_parameters(request, ("cursor", "limit"))
    return listing(
        request,
        visible_services(caller(request)).select_related("team"),
        order=("name", "pk"),
        cursor=cursor,
        limit=limit,
        shown=lambda page: [service_out(request, service) for service in page],
    )
