"""Writing one line of the log with everything that was sent with it: words, code, files."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents.models import Attachment, EntryKind, EntrySource, Incident, Snippet, TimelineEntry
from incidents.services.attachments import attach_stored
from incidents.services.snippets import add_coloured
from incidents.services.timeline import add_entry


def compose(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    body: str,
    kind: str = EntryKind.NOTE,
    at: datetime | None = None,
    snippet: Snippet | None = None,
    files: Sequence[Attachment] = (),
    source: str = EntrySource.WEB,
) -> TimelineEntry:
    """Add a line and what it carries, all or nothing: a snippet from `coloured`, files from `on_disk`.

    Raises InvalidError.
    """
    has_material = snippet is not None or bool(files)
    with transaction.atomic():
        entry = add_entry(
            incident=incident, by=by, now=now, body=body, kind=kind, at=at, source=source, allow_empty=has_material
        )
        if snippet is not None:
            add_coloured(snippet=snippet, incident=incident, by=by, now=now, entry=entry, source=source)
        for row in files:
            attach_stored(row=row, incident=incident, by=by, now=now, entry=entry, source=source)
    return entry
