"""The lists that hang on an incident: services, tags, and who a private one is open to."""

from typing import cast

from accounts.models import User
from incidents.models import Incident
from incidents.services.catalogue import services_named, tags_named
from incidents.services.fields import IncidentFields


def set_lists(incident: Incident, fields: IncidentFields, *, by: User | None, is_new: bool = False) -> list[str]:
    """Replace the lists that are given; returns the names of those that changed. A new one has none yet."""
    if is_new:
        fields = cast("IncidentFields", {name: value for name, value in fields.items() if value})
    changed = []
    if "services" in fields and _replace(incident, "services", services_named(fields["services"], by=by)):
        changed.append("services")
    if "tags" in fields and _replace(incident, "tags", tags_named(fields["tags"])):
        changed.append("tags")
    if "people" in fields and _replace(incident, "people", list(fields["people"])):
        changed.append("people")
    if "teams" in fields and _replace(incident, "teams", list(fields["teams"])):
        changed.append("teams")
    return changed


def _replace(incident: Incident, name: str, rows: list) -> bool:  # type: ignore[type-arg]  # rows of four models
    manager = getattr(incident, name)
    if set(manager.values_list("pk", flat=True)) == {row.pk for row in rows}:
        return False
    manager.set(rows)
    return True
