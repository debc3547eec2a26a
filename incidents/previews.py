"""Previews of pictures: files beside the original that can be deleted at any moment and come back."""

from pathlib import Path

from hindsight.lib.files import FileStore
from hindsight.lib.images import Refused, make_preview
from incidents.models import Attachment, PreviewState

PREVIEW = "preview.webp"
THUMBNAIL = "thumb.webp"


def ensure_preview(attachment: Attachment) -> Path | None:
    """The preview's path, made now with its thumbnail if either is absent.

    None when there is none, and then the row says why.
    """
    if attachment.preview_state not in {PreviewState.PENDING, PreviewState.READY}:
        return None
    store = FileStore()
    target, small = store.path(attachment.path, PREVIEW), store.path(attachment.path, THUMBNAIL)
    # Another process may be between the two, and either may have been deleted.
    if target.exists() and small.exists():
        return target
    made = make_preview(store.path(attachment.path), target, small)
    if isinstance(made, Refused):
        if made.is_final:
            _note(attachment, PreviewState.REFUSED, made.message)
        return None
    _note(attachment, PreviewState.READY, made.note)
    return target


def _note(attachment: Attachment, state: str, note: str) -> None:
    """Keep the outcome; a row deleted meanwhile stays deleted."""
    attachment.preview_state = state
    attachment.preview_note = note[:200]
    Attachment.objects.filter(pk=attachment.pk).update(preview_state=state, preview_note=attachment.preview_note)
