"""Deciding that an incident needs no postmortem, with the reason, and that it needs one after all."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from incidents.models import Incident
from incidents.services.checks import Faults
from postmortems.models import NOT_NEEDED_LIMIT, Postmortem, PostmortemStatus, postmortem_transition
from postmortems.services.begin import begun, empty
from postmortems.services.locking import locked, touch


class PublishedError(Exception):
    """A published postmortem can't be said to be not needed. HTTP 409."""

    def __init__(self) -> None:
        super().__init__("It is published; withdraw it first.")


def not_needed(*, incident: Incident, by: User, now: datetime, reason: str) -> Postmortem:
    """Mark that no postmortem is needed; a text that was begun is kept. Raises InvalidError and PublishedError."""
    faults = Faults()
    text = faults.text("reason", reason, label="Reason", limit=NOT_NEEDED_LIMIT, required=True).strip()
    faults.stop_if_any()
    with transaction.atomic():
        row = locked(empty(incident=incident, by=by, now=now))
        if row.status != PostmortemStatus.NOT_NEEDED:
            if postmortem_transition(PostmortemStatus(row.status), PostmortemStatus.NOT_NEEDED) is None:
                raise PublishedError
            row.status = PostmortemStatus.NOT_NEEDED
            row.reviews.waiting().delete()
        row.not_needed_reason = text
        audit.record(by=by, action="postmortem.not_needed", target=incident.label, now=now, reason=text[:200])
        touch(row, now=now, fields=("status", "not_needed_reason"))
    return row


def needed(*, incident: Incident, by: User, now: datetime) -> Postmortem:
    """It is needed after all: a draft, with what was logged where nothing was written yet."""
    return begun(incident=incident, by=by, now=now)[0]
