"""Previews of pictures: files beside the original that can be deleted at any moment and come back."""

import shutil
from pathlib import Path

from hindsight.lib.files import FileStore
from hindsight.lib.images import LARGE_SIDE, ImageFacts, Preview, Refused, inspect, make_preview
from incidents.models import Attachment, PreviewState

PREVIEW = "preview.webp"
THUMBNAIL = "thumb.webp"
LARGE = "large.webp"
# The longest side of the preview, in pixels.
PREVIEW_SIDE = 1600


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
    made = make_preview(store.path(attachment.path), target, small, max_side=PREVIEW_SIDE)
    if isinstance(made, Refused):
        if made.is_final:
            _note(attachment, PreviewState.REFUSED, made.message)
        return None
    _turn(attachment, made)
    _note(attachment, PreviewState.READY, made.note)
    return target


def ensure_large(attachment: Attachment) -> Path | None:
    """The path of the picture as it is zoomed into and drawn on: of more pixels than the preview, without metadata.

    The preview itself where that is not smaller than the original, or where a larger one can't be made.
    """
    small = ensure_preview(attachment)
    if small is None or max(attachment.width or 0, attachment.height or 0) <= PREVIEW_SIDE:
        return small
    store = FileStore()
    target = store.path(attachment.path, LARGE)
    if target.exists():
        return target
    made = make_preview(store.path(attachment.path), target, max_side=LARGE_SIDE)
    if not isinstance(made, Refused):
        return target
    if made.is_final:
        # It would take as long the next time.
        shutil.copyfile(small, target)
    return small


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a preview in pixels."""
    facts = inspect(path)
    assert isinstance(facts, ImageFacts)
    return facts.width, facts.height


def _turn(attachment: Attachment, made: Preview) -> None:
    """A photograph that lies on its side is shown upright; pages keep room for it as it is shown."""
    if not (attachment.width and attachment.height) or made.width == made.height:
        return
    if (attachment.width > attachment.height) != (made.width > made.height):
        attachment.width, attachment.height = attachment.height, attachment.width
        Attachment.objects.filter(pk=attachment.pk).update(width=attachment.width, height=attachment.height)


def _note(attachment: Attachment, state: str, note: str) -> None:
    """Keep the outcome; a row deleted meanwhile stays deleted."""
    attachment.preview_state = state
    attachment.preview_note = note[:200]
    Attachment.objects.filter(pk=attachment.pk).update(preview_state=state, preview_note=attachment.preview_note)
