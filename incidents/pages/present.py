"""What hangs on an incident: asked for in one query, so that nothing more is asked of what is not there."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from hindsight.lib.kept import Kept
from incidents.models import (
    LEAD,
    Attachment,
    ChangeVerdict,
    FirstCheck,
    Incident,
    IncidentLink,
    LogNote,
    RoleHolding,
    Snippet,
    StepEvidence,
)


@dataclass(frozen=True, slots=True)
class Present:
    """Whether an incident has any of each; without being asked for, everything may be there."""

    services: bool = True
    tags: bool = True
    snippets: bool = True
    files: bool = True
    evidence: bool = True
    first_checks: bool = True
    log_notes: bool = True
    # Beside the lead.
    roles: bool = True
    verdicts: bool = True
    links: bool = True


ANYTHING = Present()


def read_present(incident: Incident) -> Present:
    """What it has now: one query. Most incidents lack most of it."""
    found = _PRESENT.first(incident.pk)
    return Present(*map(bool, found)) if found else ANYTHING


def _of(model: type[Model], **equal: Any) -> Exists:
    return Exists(model._default_manager.filter(incident=OuterRef("pk"), **equal).order_by())


def _asked(incident: int) -> QuerySet[Incident, tuple[Any, ...]]:
    ends = Q(source=OuterRef("pk")) | Q(target=OuterRef("pk"))
    parts = {
        "services": _of(Incident.services.through),
        "tags": _of(Incident.tags.through),
        "snippets": _of(Snippet),
        "files": _of(Attachment),
        "evidence": Exists(StepEvidence.objects.filter(step__incident=OuterRef("pk")).order_by()),
        "first_checks": _of(FirstCheck),
        "log_notes": _of(LogNote),
        "roles": Exists(RoleHolding.objects.filter(incident=OuterRef("pk"), until=None).exclude(role=LEAD).order_by()),
        "verdicts": _of(ChangeVerdict),
        "links": Exists(IncidentLink.objects.filter(ends).order_by()),
    }
    marked = {f"has_{name}": part for name, part in parts.items()}
    return Incident.objects.filter(pk=incident).order_by().annotate(**marked).values_list(*marked)


_PRESENT = Kept(_asked)
