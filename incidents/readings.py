"""The words inside files, for search: what is read, by which reader, and what becomes of the outcome."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from hindsight.lib import archives, ocr
from hindsight.lib.files import FileStore, decode_text
from hindsight.lib.highlight import without_ansi
from hindsight.lib.pool import PoolError
from hindsight.lib.reading import Reading, Unreadable
from hindsight.lib.secrets import count_words, find, masked
from hindsight.lib.text import clean
from incidents.models import Attachment, TextState
from search import outbox

# Of a text file, this much is read; bytes.
TEXT_BYTES = 1_000_000
NOTE_LIMIT = 200
# Outcomes that another attempt may change without a change of the file.
UNREAD = (TextState.PENDING, TextState.UNAVAILABLE)


def first_state(attachment: Attachment) -> TextState:
    """How a new file starts out: read by the worker, or nothing in it to read."""
    if attachment.is_picture:
        return TextState.PENDING if ocr.is_available() else TextState.UNAVAILABLE
    return TextState.PENDING if attachment.content_type in archives.KINDS else TextState.NONE


def text_of(data: bytes) -> str:
    """The text of a text file as it is kept for search: no terminal colours, fit for both databases."""
    return clean(without_ansi(decode_text(data) or "")).text


def waiting() -> QuerySet[Attachment]:
    """Files that no reader has read yet and that one of ours could read now."""
    readable = UNREAD if ocr.is_available() else (TextState.PENDING,)
    return Attachment.objects.filter(text_state__in=readable, text_edited_at=None)


def readable() -> QuerySet[Attachment]:
    """Pictures and archives, read or not, but never those that people corrected. Text files are read on arrival."""
    kinds = Q(content_type__in=archives.KINDS) | Q(content_type__startswith="image/")
    return Attachment.objects.filter(kinds, text_edited_at=None)


def read(attachment: Attachment, *, now: datetime, is_last_try: bool = False) -> TextState:
    """Read a picture or an archive and keep the outcome; the same file gives the same, however often it is read.

    Raises PoolError or OSError when trying again may help; with `is_last_try` a crash of the reader counts as the
    file's fault, so that none waits for ever.
    """
    try:
        reading = _read(attachment)
    except _NoReader:
        return _settle(attachment, TextState.UNAVAILABLE, Reading(""), now=now)
    except Unreadable as problem:
        return _settle(attachment, TextState.REFUSED, Reading("", str(problem)), now=now)
    except (PoolError, OSError):
        if not is_last_try:
            raise
        note = "Not read: the reader failed each time; the file may need too much memory."
        return _settle(attachment, TextState.REFUSED, Reading("", note), now=now)
    state = TextState.READ if reading.text.strip() else TextState.EMPTY
    return _settle(attachment, state, reading, now=now)


class _NoReader(Exception):
    """The package that reads pictures is not installed."""


def _read(attachment: Attachment) -> Reading:
    """What the file's reader says."""
    source = FileStore().path(attachment.path)
    if attachment.content_type in archives.KINDS:
        return archives.read_archive(source, archives.KINDS[attachment.content_type])
    if not ocr.is_available():
        raise _NoReader
    return ocr.read_picture(source)


def _settle(attachment: Attachment, state: TextState, reading: Reading, *, now: datetime) -> TextState:
    """Write the outcome unless a person wrote the words meanwhile; a row deleted meanwhile stays deleted.

    Nobody can be asked here, so credentials among the words are masked, and the note says so.
    """
    found = find(reading.text).findings
    told = f"{count_words(len(found)).capitalize()} masked in the words." if found else ""
    attachment.text, attachment.text_state = masked(reading.text, known=found), state
    attachment.text_note = " ".join(filter(None, [told, reading.note]))[:NOTE_LIMIT]
    attachment.text_read_at = now
    attachment.signature = attachment.signature_of()
    names = ("text", "text_state", "text_note", "text_read_at", "signature")
    fields = {name: getattr(attachment, name) for name in names}
    with transaction.atomic():
        if Attachment.objects.filter(pk=attachment.pk, text_edited_at=None).update(**fields):
            outbox.enqueue("incident", attachment.incident_id)
    return state
