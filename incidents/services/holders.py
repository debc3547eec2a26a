"""Passing a role on from one person to the next."""

from datetime import datetime

from accounts.models import User
from incidents.models import Incident, RoleHolding


def pass_on(incident: Incident, *, role: str, person: User | None, now: datetime) -> RoleHolding | None:
    """End who holds a role, and begin who holds it next. Must be called inside a transaction."""
    incident.roles.filter(role=role, until=None).update(until=now)
    return RoleHolding.objects.create(incident=incident, role=role, person=person, since=now) if person else None
