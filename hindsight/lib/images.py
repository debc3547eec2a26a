"""Screenshots: what their header says, and previews made in the killable child process."""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from hindsight.lib.pool import JobFailed, PoolError, TookTooLong, shared
from hindsight.lib.shapes import Shape, pack

MAX_PIXELS = 40_000_000
MAX_SIDE = 30_000
TIME_LIMIT_S = 15.0
# The longest side of what is zoomed into and drawn on; a screenshot of most screens stays as it is.
LARGE_SIDE = 4096

_JOB = "hindsight.lib.previews:job"
_DRAWING = "hindsight.lib.drawings:job"
# More of a JPEG than this before its frame header is not a photograph's metadata.
_HEADER_BYTES = 1_000_000
_NO_FRAME_HEADER = {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image's header says. `kind` is png, jpeg, gif or webp; sizes are pixels before any rotation."""

    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that was written, always WebP; `had_location` when the original says where it was taken."""

    width: int
    height: int
    frames: int
    had_location: bool

    @property
    def note(self) -> str:
        """Return what a reader should know about the preview; often nothing."""
        notes = [f"The preview shows the first of {self.frames:,} frames."] * (self.frames > 1)
        notes += ["The original says where it was taken; that is removed from the preview."] * self.had_location
        return " ".join(notes)


@dataclass(frozen=True, slots=True)
class Refused:
    """No preview, and why; `reason` goes on after "No preview: ". Not final when trying again may help."""

    reason: str
    is_final: bool = True

    @property
    def message(self) -> str:
        """Return the line for the person who uploaded it."""
        return f"Stored. No preview: {self.reason}"


_DAMAGED = Refused("the image is damaged.")
_NO_IMAGE = Refused("the file is not a PNG, JPEG, GIF or WebP image.")


def inspect(source: Path | BinaryIO) -> ImageFacts | Refused:
    """Read an image's kind and size from its first bytes, without decoding anything; the file's position moves."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return inspect(file)
    source.seek(0)
    return inspect_head(source.read(_HEADER_BYTES))


def inspect_head(head: bytes) -> ImageFacts | Refused:
    """Like `inspect`, from the bytes that a file begins with."""
    try:
        facts = _png(head) or _gif(head) or _webp(head) or _jpeg(head)
    except (struct.error, IndexError):
        return _DAMAGED
    if facts is None:
        return _NO_IMAGE
    return _too_large(facts) or facts


def make_preview(
    source: Path,
    target: Path,
    thumbnail: Path | None = None,
    *,
    max_side: int = 1600,
    thumbnail_side: int = 480,
    limit_s: float = TIME_LIMIT_S,
) -> Preview | Refused:
    """Write a WebP without metadata of at most `max_side` pixels to `target`, a smaller one to `thumbnail`.

    Both are written beside and renamed. Only the first frame is shown. Never raises for what the image holds.
    """
    facts = inspect(source)
    if isinstance(facts, Refused):
        return facts
    options: dict[str, str | int] = {
        "source": str(source.resolve()),
        "target": str(target.resolve()),
        "thumbnail": str(thumbnail.resolve()) if thumbnail else "",
        "kind": facts.kind,
        "max_side": max_side,
        "thumbnail_side": thumbnail_side,
        "max_pixels": MAX_PIXELS,
    }
    try:
        return Preview(**json.loads(shared.call(_JOB, b"", options, limit_s=limit_s, wait_s=limit_s)))
    except TookTooLong:
        return Refused(f"it took longer than {limit_s:g} s to decode.")
    except JobFailed as problem:
        return _refusal(str(problem))
    except PoolError:
        return Refused("the image needs too much memory, or the previewer is busy.", is_final=False)


def draw(
    source: Path,
    target: Path,
    shapes: Sequence[Shape],
    *,
    max_side: int = LARGE_SIDE,
    limit_s: float = TIME_LIMIT_S,
) -> Refused | None:
    """Write a PNG of the upright picture with shapes on it, no side longer than `max_side`; without metadata.

    The shapes are in pixels of that picture. The source stays as it is. Never raises for what the image holds; the
    reason of a refusal goes on after "Not drawn: ".
    """
    facts = inspect(source)
    if isinstance(facts, Refused):
        return facts
    options: dict[str, str | int] = {
        "source": str(source.resolve()),
        "target": str(target.resolve()),
        "kind": facts.kind,
        "max_side": max_side,
        "max_pixels": MAX_PIXELS,
    }
    try:
        shared.call(_DRAWING, pack(shapes), options, limit_s=limit_s, wait_s=limit_s)
    except TookTooLong:
        return Refused(f"it took longer than {limit_s:g} s.")
    except JobFailed as problem:
        return _refusal(str(problem))
    except PoolError:
        return Refused("the image needs too much memory, or the previewer is busy.", is_final=False)
    return None


def _refusal(problem: str) -> Refused:
    if problem.startswith("MemoryError"):
        return Refused("the image needs too much memory to decode.")
    # An operating system's error is about our disk, not about the image.
    if problem.startswith(("FileNotFoundError", "PermissionError", "OSError: [Errno")):
        return Refused("the file store is not answering.", is_final=False)
    return _DAMAGED


def _too_large(facts: ImageFacts) -> Refused | None:
    pixels = facts.width * facts.height
    if pixels == 0:
        return _DAMAGED
    if pixels > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        return Refused(f"the image has {max(pixels // 1_000_000, limit + 1):,} megapixels, the limit is {limit}.")
    if max(facts.width, facts.height) > MAX_SIDE:
        return Refused(f"the image is {max(facts.width, facts.height):,} pixels long, the limit is {MAX_SIDE:,}.")
    return None


def _png(head: bytes) -> ImageFacts | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    if head[12:16] != b"IHDR":
        raise IndexError
    return ImageFacts("png", *struct.unpack(">II", head[16:24]))


def _gif(head: bytes) -> ImageFacts | None:
    if not head.startswith((b"GIF87a", b"GIF89a")):
        return None
    return ImageFacts("gif", *struct.unpack("<HH", head[6:10]))


def _webp(head: bytes) -> ImageFacts | None:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    chunk = head[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
    elif chunk == b"VP8L":
        (bits,) = struct.unpack("<I", head[21:25])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8 ":
        width, height = (size & 0x3FFF for size in struct.unpack("<HH", head[26:30]))
    else:
        raise IndexError
    return ImageFacts("webp", width, height)


def _jpeg(head: bytes) -> ImageFacts | None:
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    for marker, at in _jpeg_segments(head):
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME_HEADER:
            height, width = struct.unpack(">HH", head[at + 3 : at + 7])
            return ImageFacts("jpeg", width, height)
    raise IndexError


def _jpeg_segments(head: bytes) -> Iterator[tuple[int, int]]:
    """Yield each segment's marker and the place of its length; the image data begin after the last."""
    at = 2
    while True:
        if head[at] != 0xFF:
            raise IndexError
        while head[at] == 0xFF:
            at += 1
        marker = head[at]
        if marker in (0xD9, 0xDA):
            return
        yield marker, at + 1
        at += 1 + int(struct.unpack(">H", head[at + 1 : at + 3])[0])
