"""Names of people stand in what search knows of their incidents: a renamed person is found by the new name at once."""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save

from accounts.models import User
from incidents.models import Attachment, DiagnosisStep, Incident, LogNote, Snippet, TimelineEntry
from search import outbox

_NAMES = frozenset({"username", "display_name"})
_WRITTEN = (TimelineEntry, DiagnosisStep, Snippet, Attachment, LogNote)


def connect() -> None:
    """Listen; accounts know nothing of incidents and can't tell them."""
    post_save.connect(_on_saved, sender=User, dispatch_uid="incidents.renames")


def _on_saved(
    sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, **rest: Any
) -> None:
    if not created and (update_fields is None or _NAMES & set(update_fields)):
        outbox.enqueue_many("incident", incidents_of(instance))


def incidents_of(person: User) -> list[int]:
    """Those that a person declared, leads, or wrote in."""
    written = Q()
    for model in _WRITTEN:
        own = model._default_manager.filter(author=person).order_by()
        written |= Q(pk__in=own.values("incident_id"))
    rows = Incident.objects.filter(Q(declared_by=person) | Q(lead=person) | written).order_by("-pk")
    return list(rows.values_list("pk", flat=True))
