"""Noting who has the editor open, cheaply: at most one write in a few seconds."""

from datetime import datetime, timedelta

from accounts.models import User
from postmortems.models import Postmortem, Writer

# A writer polls every 4 s; a row that is younger than this needs no new write.
FRESH = timedelta(seconds=6)
# Who was not heard of for this long has left.
GONE = timedelta(seconds=15)


def note_writer(*, postmortem: Postmortem, by: User, now: datetime, section: str) -> None:
    """Say that `by` is writing in this section, or nowhere in particular."""
    section = section[:40]
    row = Writer.objects.filter(postmortem=postmortem, user=by).first()
    if row is not None and row.section == section and now - row.seen_at < FRESH:
        return
    Writer.objects.update_or_create(postmortem=postmortem, user=by, defaults={"section": section, "seen_at": now})
