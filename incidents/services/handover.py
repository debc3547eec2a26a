"""What somebody writes on top of a hand-over."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from hindsight.lib.problems import StaleError
from incidents.models import HANDOVER_LIMIT, HandoverNote, Incident
from incidents.services.checks import Faults
from search import outbox


def save_note(*, incident: Incident, by: User, now: datetime, body: str, version: int) -> HandoverNote:
    """Write the note; `version` is the one that the person saw, 0 for none. Raises StaleError with it, InvalidError."""
    faults = Faults()
    text = faults.text("body", body, label="Note", limit=HANDOVER_LIMIT)
    faults.stop_if_any()
    with transaction.atomic():
        # One writer at a time, also for the first who writes.
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        note = HandoverNote.objects.filter(incident=incident).first()
        if (note.version if note else 0) != version:
            raise StaleError(note)
        note = note or HandoverNote(incident=incident, version=0)
        note.body, note.updated_by, note.updated_at = text, by, now
        note.version += 1
        note.render_fields()
        note.save()
        outbox.enqueue("incident", incident.pk)
    return note
