"""Incidents and their parts, made through the services so that tests meet what users meet."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from incidents.models import DiagnosisStep, Incident, TimelineEntry
from incidents.services.declare import declare
from incidents.services.diagnosis import add_step
from incidents.services.timeline import add_entry

NOW = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


def make_incident(by: User, *, title: str = "Checkout answers 502", now: datetime = NOW, **fields: Any) -> Incident:
    """A declared incident."""
    return declare(by=by, now=now, fields={"title": title, **fields})  # type: ignore[typeddict-item]


def make_entry(incident: Incident, by: User, body: str = "Looked at the load balancer", **kwargs: Any) -> TimelineEntry:
    """A note in its timeline."""
    return add_entry(incident=incident, by=by, now=kwargs.pop("now", NOW), body=body, **kwargs)


def make_step(incident: Incident, by: User, hypothesis: str = "The pool is empty", **fields: Any) -> DiagnosisStep:
    """A step of its diagnosis."""
    return add_step(incident=incident, by=by, now=NOW, fields={"hypothesis": hypothesis, **fields})  # type: ignore[typeddict-item]
