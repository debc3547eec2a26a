"""Adding files: screenshots, logs, anything."""

from datetime import datetime

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from hindsight.lib.files import FileStore, FileType, Stored, clean_filename, decode_text, sniff
from hindsight.lib.images import ImageFacts, Refused, inspect_head
from hindsight.lib.problems import InvalidError
from hindsight.lib.text import clean
from incidents.models import (
    CAPTION_LIMIT,
    Attachment,
    DiagnosisStep,
    EntrySource,
    Incident,
    PreviewState,
    TimelineEntry,
)
from incidents.services.carriers import carrier_entry, check_carriers
from incidents.services.checks import Faults
from incidents.tasks import prepare_preview
from search import outbox

# Of a text file, this much is read for search.
TEXT_BYTES = 1_000_000
PICTURE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif")


def attach(
    *,
    incident: Incident,
    by: User | None,
    now: datetime,
    upload: File,  # type: ignore[type-arg]
    filename: str,
    caption: str = "",
    alt_text: str = "",
    entry: TimelineEntry | None = None,
    step: DiagnosisStep | None = None,
    source: str = EntrySource.WEB,
) -> Attachment:
    """Store a file byte for byte; what it is follows from its bytes, never from its name.

    The file is written before the row, so no row names half a file. A picture gets its preview from the worker; one
    that can't have any says why in `preview_note`. Raises InvalidError, also for an empty file; TooLarge; DiskFull.
    """
    check_carriers(incident, entry, step)
    faults = Faults()
    words = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
    alt = faults.line("alt_text", alt_text, label="Text for the picture", limit=CAPTION_LIMIT)
    faults.stop_if_any()
    store = FileStore()
    stored = store.save(upload, limit=settings.UPLOAD_MAX_MB * 1024 * 1024)
    try:
        attachment = _described(stored, store, filename)
        with transaction.atomic():
            attachment.incident, attachment.step = incident, step
            attachment.author, attachment.created_at = by, now
            attachment.caption, attachment.alt_text = words, alt
            attachment.entry = carrier_entry(incident, entry=entry, step=step, by=by, now=now, source=source)
            attachment.save(force_insert=True)
            outbox.enqueue("incident", incident.pk)
            if attachment.preview_state == PreviewState.PENDING:
                transaction.on_commit(lambda: _later(attachment))
    except BaseException:
        store.delete(stored.relpath)
        raise
    return attachment


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
        text=_text(stored, store, kind),
    )
    if isinstance(facts, ImageFacts):
        attachment.width, attachment.height = facts.width, facts.height
        attachment.preview_state = PreviewState.PENDING
    elif isinstance(facts, Refused) and (kind.is_inline_image or filename.lower().endswith(PICTURE_NAMES)):
        attachment.preview_state = PreviewState.REFUSED
        attachment.preview_note = facts.message
    return attachment


def _text(stored: Stored, store: FileStore, kind: FileType) -> str:
    """The words of a text file, as far as search reads them."""
    if not kind.is_text:
        return ""
    with store.open(stored.relpath) as file:
        return clean(decode_text(file.read(TEXT_BYTES)) or "").text


def edit_attachment(*, attachment: Attachment, caption: str | None = None, alt_text: str | None = None) -> Attachment:
    """Correct the words beside a file; None leaves as it is. Raises InvalidError."""
    faults = Faults()
    if caption is not None:
        attachment.caption = faults.line("caption", caption, label="Caption", limit=CAPTION_LIMIT)
    if alt_text is not None:
        attachment.alt_text = faults.line("alt_text", alt_text, label="Text for the picture", limit=CAPTION_LIMIT)
    faults.stop_if_any()
    with transaction.atomic():
        attachment.save(update_fields=["caption", "alt_text"])
        outbox.enqueue("incident", attachment.incident_id)
    return attachment


def _later(attachment: Attachment) -> None:
    prepare_preview.enqueue(str(attachment.pk))
