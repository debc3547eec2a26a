"""Noting who has the page of an incident open."""

from datetime import datetime, timedelta

from incidents.models import Presence

# Somebody whose page asked for news this lately is here; a page that is out of sight does not ask.
HERE = timedelta(seconds=75)
# A row is written again only when it is older than this, so that most polls write nothing.
FRESH = timedelta(seconds=30)


def note_presence(*, incident_id: int, user_id: int, now: datetime) -> None:
    """Note that somebody has the page open now."""
    Presence.objects.bulk_create(
        [Presence(incident_id=incident_id, user_id=user_id, seen_at=now)],
        update_conflicts=True,
        update_fields=["seen_at"],
        unique_fields=["incident", "user"],
    )


def leave(*, incident_id: int, user_id: int) -> None:
    """Note that somebody closed the page; another window of theirs says at its next poll that they are here."""
    Presence.objects.filter(incident_id=incident_id, user_id=user_id).delete()


def sweep(*, now: datetime) -> None:
    """Take away what is past."""
    Presence.objects.filter(seen_at__lt=now - 2 * HERE).delete()
