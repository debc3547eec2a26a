"""The place on an incident's page where past incidents like it appear, once somebody asks for them."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from incidents import slots
from incidents.models import Incident


def on_incident(request: HttpRequest, incident: Incident | None) -> SafeString:
    """A closed disclosure; opening it fetches them, so that the page waits for nothing and nothing moves by itself."""
    if incident is None:
        return SafeString("")
    return render_to_string("incidents/_lookalikes.html", {"incident": incident}, request=request)


def register() -> None:
    """Put it into its place."""
    slots.register("incident", on_incident)
