"""Adding files: screenshots, logs, anything."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import DatabaseError, transaction

from accounts.models import User
from hindsight.lib.files import FileStore, Stored, clean_filename, sniff
from hindsight.lib.images import ImageFacts, Refused, inspect_head
from hindsight.lib.ocr import WORDS_LIMIT
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import (
    CAPTION_LIMIT,
    Attachment,
    DiagnosisStep,
    EntrySource,
    Incident,
    PreviewState,
    TextState,
    TimelineEntry,
)
from incidents.readings import TEXT_BYTES, first_state, text_of
from incidents.services.carriers import carrier_entry, check_carriers
from incidents.services.checks import Faults
from incidents.tasks import prepare_preview, read_text
from search import outbox

PICTURE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif")


def attach(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    upload: "File[Any]",
    filename: str,
    caption: str = "",
    alt_text: str = "",
    entry: TimelineEntry | None = None,
    step: DiagnosisStep | None = None,
    source: str = EntrySource.WEB,
) -> Attachment:
    """Store a file and write its row; see `on_disk` and `attach_stored`. Raises InvalidError, TooLarge, DiskFull."""
    with on_disk([(upload, filename)]) as (row,):
        return attach_stored(
            row=row,
            incident=incident,
            by=by,
            now=now,
            caption=caption,
            alt_text=alt_text,
            entry=entry,
            step=step,
            source=source,
        )


@contextmanager
def on_disk(uploads: Iterable[tuple["File[Any]", str]]) -> Iterator[list[Attachment]]:
    """Store files with their names byte for byte, and give the row of each, which is not in the database yet.

    This takes as long as the files are large, so it is to be done before a transaction keeps others from writing. The
    file is there before its row, so no row names half a file; on the way out, files without a row are deleted: the
    write failed, or was a repetition. Raises InvalidError for an empty file, TooLarge, DiskFull; nothing stays then.
    """
    store, rows = FileStore(), list[Attachment]()
    try:
        for upload, filename in uploads:
            rows.append(_stored(upload, filename, store))
        yield rows
    finally:
        if rows:
            _drop_unwritten(rows, store)


def _stored(upload: "File[Any]", filename: str, store: FileStore) -> Attachment:
    stored = store.save(upload, limit=settings.UPLOAD_MAX_MB * 1024 * 1024)
    try:
        return _described(stored, store, filename)
    except BaseException:
        store.delete(stored.relpath)
        raise


def _drop_unwritten(rows: list[Attachment], store: FileStore) -> None:
    try:
        written = set(Attachment.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    except DatabaseError:
        # Nobody can tell which are written. A file too many costs room; a row without its file, evidence.
        return
    for row in rows:
        if row.pk not in written:
            store.delete(row.path)


def attach_stored(
    *,
    row: Attachment,
    incident: Incident,
    by: User | None,
    now: datetime,
    caption: str = "",
    alt_text: str = "",
    entry: TimelineEntry | None = None,
    step: DiagnosisStep | None = None,
    source: str = EntrySource.WEB,
) -> Attachment:
    """Write the row of a file that is on disk; what it is follows from its bytes, never from its name.

    A picture gets its preview from the worker; one that can't have any says why in `preview_note`. The words in
    pictures and archives are read by the worker as well. Raises InvalidError.
    """
    check_carriers(incident, entry, step)
    faults = Faults()
    row.caption = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
    row.alt_text = faults.line("alt_text", alt_text, label="Text for the picture", limit=CAPTION_LIMIT)
    faults.stop_if_any()
    row.incident, row.step, row.author, row.created_at = incident, step, by, now
    with transaction.atomic():
        row.entry = carrier_entry(incident, entry=entry, step=step, by=by, now=now, source=source)
        row.save(force_insert=True)
        outbox.enqueue("incident", incident.pk)
        transaction.on_commit(lambda: _later(row))
    return row


def _described(stored: Stored, store: FileStore, filename: str) -> Attachment:
    """A row that says what the stored bytes are."""
    if not stored.size:
        raise InvalidError({"file": "The file is empty."})
    kind = sniff(stored.head, filename)
    facts = inspect_head(stored.head)
    attachment = Attachment(
        path=stored.relpath,
        filename=clean_filename(filename),
        content_type=kind.content_type,
        size=stored.size,
        sha256=stored.sha256,
    )
    if isinstance(facts, ImageFacts):
        attachment.width, attachment.height = facts.width, facts.height
        attachment.preview_state = PreviewState.PENDING
    elif isinstance(facts, Refused) and (kind.is_inline_image or filename.lower().endswith(PICTURE_NAMES)):
        attachment.preview_state = PreviewState.REFUSED
        attachment.preview_note = facts.message
    if kind.is_text:
        attachment.text = _text(stored, store)
        attachment.text_state = TextState.READ if attachment.text.strip() else TextState.EMPTY
    else:
        attachment.text_state = first_state(attachment)
    return attachment


def _text(stored: Stored, store: FileStore) -> str:
    """The words of a text file, as far as search reads them."""
    with store.open(stored.relpath) as file:
        return text_of(file.read(TEXT_BYTES))


def edit_attachment(
    *,
    attachment: Attachment,
    by: User,
    now: datetime,
    version: int | None = None,
    caption: str | None = None,
    alt_text: str | None = None,
    text: str | None = None,
) -> Attachment:
    """Correct the words beside a file, and those read in a picture; None leaves as it is.

    Words that a person corrected are never read again by machine. Without `version` the last one to write wins.
    Raises StaleError; InvalidError, also for the `text` of a log, which follows from the file.
    """
    with transaction.atomic():
        rows = Attachment.objects.select_for_update(of=("self",), no_key=True)
        current = rows.select_related("incident").get(pk=attachment.pk)
        if version is not None and current.version != version:
            raise StaleError(current)
        faults = Faults()
        if caption is not None:
            current.caption = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
        if alt_text is not None:
            current.alt_text = faults.line("alt_text", alt_text, label="Text for the picture", limit=CAPTION_LIMIT)
        if text is not None:
            _correct(current, text, faults, by=by, now=now)
        faults.stop_if_any()
        current.version += 1
        current.save()
        outbox.enqueue("incident", current.incident_id)
    return current


def _correct(attachment: Attachment, text: str, faults: Faults, *, by: User, now: datetime) -> None:
    """Put a person's words in the place of those that were read."""
    if not attachment.may_hold_words:
        faults.add("text", "The words of this file follow from the file; only those in a picture can be corrected.")
        return
    words = faults.text("text", text, label="Words in the picture", limit=WORDS_LIMIT)
    attachment.text, attachment.text_note = words, ""
    attachment.text_state = TextState.READ if words else TextState.EMPTY
    attachment.text_edited_at, attachment.text_edited_by = now, by


def _later(attachment: Attachment) -> None:
    if attachment.preview_state == PreviewState.PENDING:
        prepare_preview.enqueue(str(attachment.pk))
    if attachment.text_state == TextState.PENDING:
        read_text.enqueue(str(attachment.pk))
