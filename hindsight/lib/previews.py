"""Previews by Pillow: runs in the child process only, because an image may be a bomb."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageOps

FORMATS = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP"}
_GPS_TAG = 0x8825
# A drawn picture (a terminal, a graph) has few colours and must stay sharp.
_FEW_COLOURS = 4096
_LARGE_PIXELS = 3_000_000


def job(options: Mapping[str, str | int], _: bytes) -> bytes:
    """Write preview and thumbnail; the answer is the fields of `images.Preview` in JSON. Raises for bad images."""
    # Pillow raises from twice its limit on; half of ours makes ours the line.
    Image.MAX_IMAGE_PIXELS = int(options["max_pixels"]) // 2 + 1
    max_side = int(options["max_side"])
    with Image.open(str(options["source"]), formats=[FORMATS[str(options["kind"])]]) as image:
        frames = int(getattr(image, "n_frames", 1))
        had_location = _has_location(image)
        image.seek(0)
        # JPEG decodes straight to a smaller size; other formats ignore this.
        image.draft("RGB", (max_side * 2, max_side * 2))
        shown = reduced(image, max_side)
    _write(shown, Path(str(options["target"])))
    if options["thumbnail"]:
        small = reduced(shown, int(options["thumbnail_side"]))
        _write(small, Path(str(options["thumbnail"])))
    facts = {"width": shown.width, "height": shown.height, "frames": frames, "had_location": had_location}
    return json.dumps(facts).encode()


def _has_location(image: Image.Image) -> bool:
    try:
        return bool(image.getexif().get_ifd(_GPS_TAG))
    except Exception:
        # Broken metadata is no reason to refuse a readable image, and none of it reaches the preview.
        return False


def reduced(image: Image.Image, max_side: int) -> Image.Image:
    """Return the image upright, in RGB or RGBA, no side longer than `max_side`, without any metadata."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    small = image.convert(mode)
    small.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = _upright(image, small)
    upright.info.clear()
    return upright


def _upright(original: Image.Image, small: Image.Image) -> Image.Image:
    """Turn the small image as the original's metadata say; turning the large one would double the memory."""
    try:
        orientation = original.getexif().get(0x0112, 1)
    except Exception:
        return small
    exif = small.getexif()
    exif.clear()
    exif[0x0112] = orientation
    return ImageOps.exif_transpose(small) or small


def _write(image: Image.Image, target: Path) -> None:
    is_drawn = image.convert("RGB").getcolors(_FEW_COLOURS) is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        image.save(
            beside,
            "WEBP",
            lossless=is_drawn,
            quality=60 if is_drawn else 82,
            # A large one is made while somebody waits to zoom.
            method=1 if image.width * image.height > _LARGE_PIXELS else 4,
            exif=b"",
            icc_profile=b"",
        )
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
