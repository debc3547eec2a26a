"""Writing one line of the log with everything that was sent with it: words, code, files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from incidents.models import EntryKind, EntrySource, Incident, TimelineEntry
from incidents.services.attachments import attach
from incidents.services.snippets import add_snippet
from incidents.services.timeline import add_entry


@dataclass(frozen=True, slots=True)
class Pasted:
    """A piece of code beside a line; the language is guessed when it is empty."""

    code: str
    language: str = ""
    filename: str = ""
    caption: str = ""


def compose(
    *,
    incident: Incident,
    by: User,
    now: datetime,
    body: str,
    kind: str = EntryKind.NOTE,
    at: datetime | None = None,
    pasted: Pasted | None = None,
    files: Sequence[UploadedFile[Any]] = (),
    source: str = EntrySource.WEB,
) -> TimelineEntry:
    """Add a line and what it carries, all or nothing. Raises InvalidError, TooLarge, DiskFull."""
    has_material = pasted is not None or bool(files)
    with transaction.atomic():
        entry = add_entry(
            incident=incident, by=by, now=now, body=body, kind=kind, at=at, source=source, allow_empty=has_material
        )
        if pasted is not None:
            add_snippet(
                incident=incident,
                by=by,
                now=now,
                code=pasted.code,
                language=pasted.language,
                filename=pasted.filename,
                caption=pasted.caption,
                entry=entry,
                source=source,
            )
        for file in files:
            attach(incident=incident, by=by, now=now, upload=file, filename=file.name or "", entry=entry, source=source)
    return entry
