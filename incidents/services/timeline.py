"""Writing and correcting lines of the timeline."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import (
    ENTRY_LIMIT,
    WRITABLE_KINDS,
    EntryKind,
    EntryRevision,
    EntrySource,
    Incident,
    TimelineEntry,
)
from incidents.services import pulse
from incidents.services.checks import Faults
from search import outbox


def add_entry(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    body: str,
    kind: str = EntryKind.NOTE,
    at: datetime | None = None,
    source: str = EntrySource.WEB,
    allow_empty: bool = False,
) -> TimelineEntry:
    """Add a line that happened at `at` (now when absent). Raises InvalidError.

    `allow_empty` is for a line that only carries a snippet or a file.
    """
    faults = Faults()
    faults.choice("kind", kind, WRITABLE_KINDS, label="Kind")
    faults.moment("at", at, now=now)
    text = faults.text("body", body, label="Text", limit=ENTRY_LIMIT, required=not allow_empty)
    faults.stop_if_any()
    entry = TimelineEntry(incident=incident, kind=kind, body=text, at=at or now, noted_at=now, author=by, source=source)
    entry.render_fields()
    # A part of what calls it, never undone alone.
    with transaction.atomic(savepoint=False), pulse.only_lines():
        entry.save(force_insert=True)
        outbox.enqueue("incident", incident.pk)
    return entry


def edit_entry(
    *,
    entry: TimelineEntry,
    by: User,
    now: datetime,
    version: int,
    body: str | None = None,
    kind: str | None = None,
    at: datetime | None = None,
) -> TimelineEntry:
    """Correct text, kind or time; None leaves as it is. What stood there is kept as a revision.

    Nothing different changes nothing. Raises StaleError, InvalidError (also for system lines).
    """
    with transaction.atomic():
        current = TimelineEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if current.version != version:
            raise StaleError(current)
        if current.kind not in WRITABLE_KINDS:
            raise InvalidError({"": "This line follows from what was done; it can't be edited."})
        columns = _corrected(current, body=body, kind=kind, at=at, now=now)
        if all(getattr(current, name) == value for name, value in columns.items()):
            return current
        _keep(current, by=by, now=now)
        for name, value in columns.items():
            setattr(current, name, value)
        current.version += 1
        current.render_fields()
        current.save()
        with pulse.only_lines():
            outbox.enqueue("incident", current.incident_id)
    return current


def _corrected(
    current: TimelineEntry, *, body: str | None, kind: str | None, at: datetime | None, now: datetime
) -> dict[str, Any]:
    """The columns that are given, checked."""
    faults = Faults()
    columns: dict[str, Any] = {}
    if kind is not None:
        faults.choice("kind", kind, WRITABLE_KINDS, label="Kind")
        columns["kind"] = kind
    if at is not None:
        faults.moment("at", at, now=now)
        columns["at"] = at
    if body is not None:
        has_material = current.snippets.exists() or current.attachments.exists()
        columns["body"] = faults.text("body", body, label="Text", limit=ENTRY_LIMIT, required=not has_material)
    faults.stop_if_any()
    return columns


def _keep(current: TimelineEntry, *, by: User, now: datetime) -> None:
    EntryRevision.objects.create(
        entry=current,
        version=current.version,
        kind=current.kind,
        body=current.body,
        at_before=current.at,
        by=by,
        replaced_at=now,
    )


def restore_entry(
    *, entry: TimelineEntry, revision: EntryRevision, by: User, now: datetime, version: int
) -> TimelineEntry:
    """Bring back what stood in a revision, as a correction like any other. Raises StaleError, InvalidError."""
    return edit_entry(
        entry=entry, by=by, now=now, version=version, body=revision.body, kind=revision.kind, at=revision.at_before
    )


def set_key(*, entry: TimelineEntry, is_key: bool) -> None:
    """Mark a line as a key moment, or no longer."""
    with transaction.atomic(), pulse.only_lines():
        # Past `save`, so the stamp by which open pages see it is set here.
        TimelineEntry.objects.filter(pk=entry.pk).update(is_key=is_key, changed_at=timezone.now())
        pulse.beat([entry.incident_id])
    entry.is_key = is_key
