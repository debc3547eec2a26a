"""The head of an incident's page and the panel that a late joiner reads first; other answers draw them again."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from hindsight.lib.kept import Kept
from incidents.models import DiagnosisStep, Incident, Service, Tag
from incidents.pages.glance import read_glance
from incidents.pages.lifecycle import durations, stages
from incidents.pages.present import ANYTHING, Present
from incidents.views.replies import person

_SERVICES = Kept(lambda incident: Service.objects.filter(incidents=incident))
_TAGS = Kept(lambda incident: Tag.objects.filter(incidents=incident))


def head_context(
    request: HttpRequest,
    incident: Incident,
    steps: Sequence[DiagnosisStep] | None = None,
    present: Present = ANYTHING,
) -> dict[str, Any]:
    """What `_header.html` and `_glance.html` need; `steps` are those that the page has at hand, else they are read.

    Six small queries beside the steps: services, tags, changes, verdicts, roles, links; `present` spares some.
    """
    known = list(incident.steps.all()) if steps is None else steps
    return {
        "incident": incident,
        "services": _SERVICES.rows(incident.pk) if present.services else [],
        "tags": _TAGS.rows(incident.pk) if present.tags else [],
        "glance": read_glance(incident, person(request), known, present),
        "stages": stages(incident),
        "durations": durations(incident, timezone.now()),
        "can_write": person(request).can_write,
    }


def changes_address(incident: Incident) -> str:
    """The page of its changes."""
    return reverse("incident_changes", args=[incident.number])
