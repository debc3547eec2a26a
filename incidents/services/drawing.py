"""Drawing on a copy of a picture; the original stays as it is, byte for byte."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.core.files.base import File

from accounts.models import User
from hindsight.lib.files import FileStore
from hindsight.lib.images import draw
from hindsight.lib.problems import InvalidError
from hindsight.lib.shapes import KINDS, Shape, plain
from incidents.models import FILENAME_LIMIT, Attachment
from incidents.previews import ensure_large, size_of
from incidents.services.attachments import attach_stored, on_disk


def draw_on(
    *,
    original: Attachment,
    shapes: Sequence[Shape],
    by: User,
    now: datetime,
    caption: str = "",
) -> Attachment:
    """Keep a copy of a picture with shapes on it, as a file of its own that knows its original.

    The copy has the step of the original, else a line of its own in the timeline. Words in it are read anew, so what is
    blacked out is not found by the copy's words; the original's stay. Raises InvalidError, DiskFull.
    """
    seen = ensure_large(original)
    if seen is None:
        raise InvalidError({"shapes": "There is no preview of this picture to draw on."})
    if not shapes:
        raise InvalidError({"shapes": "Nothing is drawn yet; add a box or an arrow."})
    with tempfile.NamedTemporaryFile(suffix=".png") as drawn:
        # The shapes are in pixels of what was drawn on.
        source, side = FileStore().path(original.path), max(size_of(seen))
        refused = draw(source, Path(drawn.name), shapes, max_side=side)
        if refused is not None:
            raise InvalidError({"shapes": f"Not drawn: {refused.reason}"})
        # What the child wrote is read through a file of ours: it wrote by name.
        with Path(drawn.name).open("rb") as written, on_disk([(File(written), _name(original))]) as (row,):
            row.drawn_from, row.drawn_shapes = original, plain(shapes)
            return attach_stored(
                row=row,
                incident=original.incident,
                by=by,
                now=now,
                caption=caption,
                alt_text=_alt(original, shapes),
                step=original.step,
            )


def _name(original: Attachment) -> str:
    stem = PurePosixPath(original.filename).stem
    return f"{stem[: FILENAME_LIMIT - 12]} drawn.png"


def _alt(original: Attachment, shapes: Sequence[Shape]) -> str:
    """What the original shows, and what is drawn on it; nothing where nobody said what the original shows."""
    if not original.alt_text:
        return ""
    drawn = [f"“{shape.words}”" if shape.kind == "label" else KINDS[shape.kind].lower() for shape in shapes]
    return f"{original.alt_text[:300]} Drawn on it: {', '.join(drawn)}"[:500]
