"""Files of an incident without what had to go: texts written anew, pictures blacked out in places or as a whole."""

import io
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import models, transaction
from PIL import Image

from hindsight.lib.files import FileStore, decode_text
from hindsight.lib.images import ImageFacts, draw, inspect
from hindsight.lib.problems import InvalidError
from hindsight.lib.shapes import Shape, from_plain
from incidents.models import Attachment, Incident, PreviewState, TextState
from incidents.previews import ensure_large, size_of
from incidents.readings import first_state
from incidents.tasks import prepare_preview, read_text
from search import outbox

FILE_LIMIT = 64 * 1024 * 1024
GONE = b"This file was removed by redaction.\n"
# A blacked-out picture keeps its shape, not its size.
BLACK_SIDE = 1_600


@dataclass(frozen=True, slots=True)
class Covered:
    """A picture with places of it black, as a PNG; `shapes` are those of a drawing, to go on with."""

    data: bytes
    width: int
    height: int
    shapes: list[dict[str, Any]] | None = None


def without(text: str, words: Mapping[str, str]) -> str:
    """The text with each word replaced by its mask."""
    for word, mask in words.items():
        text = text.replace(word, mask)
    return text


def cover(picture: Attachment, covers: Sequence[Shape]) -> dict[UUID, Covered]:
    """The picture with these places black, and what was drawn on it drawn on that again.

    Slow: call it before the transaction. The places are in pixels of the large preview. Raises InvalidError.
    """
    seen = ensure_large(picture)
    if seen is None:
        raise InvalidError({"covers": "There is no preview of this picture; black out the whole picture instead."})
    side = max(size_of(seen))
    with tempfile.NamedTemporaryFile(suffix=".png") as blackened:
        target = Path(blackened.name)
        _draw(FileStore().path(picture.path), target, covers, side)
        made = {picture.pk: _read(target, None)}
        for row in Attachment.objects.filter(drawn_from=picture).exclude(drawn_shapes=None):
            with tempfile.NamedTemporaryFile(suffix=".png") as drawn:
                _draw(target, Path(drawn.name), from_plain(row.drawn_shapes or []), side)
                made[row.pk] = _read(Path(drawn.name), row.drawn_shapes)
    return made


def _draw(source: Path, target: Path, shapes: Sequence[Shape], side: int) -> None:
    refused = draw(source, target, shapes, max_side=side)
    if refused is not None:
        raise InvalidError({"covers": f"Not blacked out: {refused.reason} Black out the whole picture instead."})


def _read(path: Path, shapes: list[dict[str, Any]] | None) -> Covered:
    facts = inspect(path)
    assert isinstance(facts, ImageFacts)
    return Covered(path.read_bytes(), facts.width, facts.height, shapes)


def purge_files(
    incident: Incident,
    words: Mapping[str, str],
    *,
    blacked: Collection[str],
    covered: Mapping[UUID, Covered],
    within: Collection[UUID] | None = None,
) -> int:
    """Text files are written anew without the words; pictures that show them, and archives, are replaced as a whole.

    `within` are the files that are looked through for words; None is all. Returns how many files were replaced.
    """
    rows = list(Attachment.objects.filter(incident=incident))
    chosen = {row.pk for row in rows if str(row.pk) in blacked}
    # What was drawn on a picture shows the picture.
    chosen |= {row.pk for row in rows if row.drawn_from_id in {*chosen, *covered}}
    count = 0
    for row in rows:
        is_meant = within is None or row.pk in within
        if row.pk in covered:
            count += _replace_covered(row, covered[row.pk], words)
        elif row.pk in chosen or (is_meant and _is_masked_in(row, words)):
            count += _replace(row, *_stand_in(row))
        elif words and is_meant and row.size <= FILE_LIMIT:
            count += _rewrite(row, words)
    return count


def _is_masked_in(row: Attachment, words: Mapping[str, str]) -> bool:
    """Whether the words that were read in a picture or an archive, or drawn on it, held it: they are masked by now."""
    is_text = row.content_type == "text/plain"
    shown = [row.text, *(str(shape.get("words", "")) for shape in row.drawn_shapes or [])]
    return not is_text and any(mask in text for mask in words.values() for text in shown)


def _stand_in(row: Attachment) -> tuple[bytes, str]:
    if row.preview_state == PreviewState.NONE:
        return GONE, "text/plain"
    wide, high = row.width or 800, row.height or 450
    scale = min(1.0, BLACK_SIDE / max(wide, high))
    data = io.BytesIO()
    Image.new("RGB", (max(1, int(wide * scale)), max(1, int(high * scale)))).save(data, "PNG")
    return data.getvalue(), "image/png"


def _rewrite(row: Attachment, words: Mapping[str, str]) -> int:
    try:
        data = FileStore().path(row.path).read_bytes()
    except OSError:
        return 0
    text = decode_text(data)
    if text is None or not any(word in text for word in words):
        # A file of another kind may hold it in plain bytes all the same.
        is_inside = text is None and any(word.encode() in data for word in words)
        return _replace(row, *_stand_in(row)) if is_inside else 0
    return _replace(row, without(text, words).encode(), row.content_type)


def _replace(row: Attachment, data: bytes, content_type: str) -> int:
    values: dict[str, Any] = {"content_type": content_type, "drawn_shapes": None}
    if content_type == "image/png":
        values |= {"text": "", "text_state": TextState.EMPTY, "text_note": "Blacked out by redaction.", "alt_text": ""}
        values |= {"preview_state": PreviewState.PENDING, "preview_note": "", "signature": {}}
        values |= {"filename": _named(row), "text_edited_at": None}
        transaction.on_commit(lambda: prepare_preview.enqueue(str(row.pk)))
    elif data is GONE:
        values |= {"text": "", "text_state": TextState.EMPTY, "text_note": "Removed by redaction.", "signature": {}}
    return _put(row, data, values)


def _replace_covered(row: Attachment, made: Covered, words: Mapping[str, str]) -> int:
    """The picture with black places, whose words are read anew; what was drawn with words that went is black."""
    if made.shapes is not None and _is_masked_in(row, words):
        return _replace(row, *_stand_in(row))
    row.content_type, row.preview_state = "image/png", PreviewState.PENDING
    values: dict[str, Any] = {"content_type": row.content_type, "drawn_shapes": made.shapes, "filename": _named(row)}
    values |= {"width": made.width, "height": made.height, "preview_state": row.preview_state, "preview_note": ""}
    values |= {"text": "", "text_state": first_state(row), "text_note": "", "text_read_at": None, "signature": {}}
    values |= {"text_edited_at": None, "text_edited_by": None}
    transaction.on_commit(lambda: prepare_preview.enqueue(str(row.pk)))
    transaction.on_commit(lambda: read_text.enqueue(str(row.pk)))
    return _put(row, made.data, values)


def _named(row: Attachment) -> str:
    return f"{PurePosixPath(row.filename).stem}.png"[-200:]


def _put(row: Attachment, data: bytes, values: Mapping[str, Any]) -> int:
    """Store the bytes in the place of the file, which is deleted with its previews once that is settled."""
    store, old = FileStore(), row.path
    stored = store.save(File(io.BytesIO(data)), limit=FILE_LIMIT * 2)
    stands: dict[str, Any] = {"path": stored.relpath, "size": stored.size, "sha256": stored.sha256}
    Attachment.objects.filter(pk=row.pk).update(**values, **stands, version=models.F("version") + 1)
    transaction.on_commit(lambda: store.delete(old))
    outbox.enqueue("incident", row.incident_id)
    return 1
