"""Tesseract at work: runs in the child process only, because a picture may be a bomb, and nothing stops a C++ loop."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

# Before the library is loaded: its threads cost more than they bring (docs/decisions/0011-words-in-pictures.md).
os.environ["OMP_THREAD_LIMIT"] = "1"

import tesserocr
from PIL import Image, ImageOps, ImageStat

from hindsight.lib.previews import FORMATS

# Mean brightness (0-255) below which letters are light on dark.
_DARK = 110
# Narrower pictures are doubled: letters of 8 pixels are too small for the reader.
_WIDE = 2400
# Tesseract's own limit for a side is 32,767.
_LONGEST = 32_000
# Percent. Below it a line is a graph, a photograph or an icon taken for letters.
_SURE = 45.0
_LARGEST_INDENT = 40


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with its line, its place in pixels, and how sure the reader is (percent)."""

    line: tuple[str, ...]
    left: int
    width: int
    sure: float
    text: str


def job(options: Mapping[str, str | int], _: bytes) -> bytes:
    """Read a picture; the answer is its text in JSON. Raises for damaged images."""
    # Pillow raises from twice its limit on; half of ours makes ours the line.
    Image.MAX_IMAGE_PIXELS = int(options["max_pixels"]) // 2 + 1
    with Image.open(str(options["source"]), formats=[FORMATS[str(options["kind"])]]) as image:
        image.seek(0)
        prepared = _prepared(image, int(options["max_pixels"]))
    reader = tesserocr.PyTessBaseAPI(
        path=str(options["data"]), lang="eng", psm=tesserocr.PSM.SINGLE_BLOCK, oem=tesserocr.OEM.LSTM_ONLY
    )
    with reader:
        reader.SetImage(prepared)
        reader.Recognize()
        table = reader.GetTSVText(0)
    return json.dumps({"text": "\n".join(_lines(list(_words(table))))}).encode()


def _prepared(image: Image.Image, max_pixels: int) -> Image.Image:
    """Dark letters on white, upright, large enough, with full contrast."""
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    grey = image.convert("L")
    if _is_dark(grey, alpha):
        grey = ImageOps.invert(grey)
    if alpha is not None:
        # A window's shadow is no ink.
        grey = Image.composite(grey, Image.new("L", grey.size, 255), alpha)
    grey = _upright(image, grey)
    if grey.width < _WIDE and 4 * grey.width * grey.height <= max_pixels and 2 * max(grey.size) <= _LONGEST:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    return ImageOps.autocontrast(grey)


def _is_dark(grey: Image.Image, alpha: Image.Image | None) -> bool:
    """Whether letters are light on dark, by what can be seen of the picture."""
    if alpha is not None and not alpha.getbbox():
        return False
    return ImageStat.Stat(grey, alpha).mean[0] < _DARK


def _upright(original: Image.Image, grey: Image.Image) -> Image.Image:
    """Turn the picture as the original's metadata say; broken metadata turn nothing."""
    try:
        orientation = original.getexif().get(0x0112, 1)
    except Exception:
        return grey
    exif = grey.getexif()
    exif.clear()
    exif[0x0112] = orientation
    return ImageOps.exif_transpose(grey) or grey


def _words(table: str) -> Iterator[_Word]:
    """The words in Tesseract's table; its other rows are pages, blocks, paragraphs and lines."""
    for row in table.splitlines():
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            yield _Word(tuple(cells[1:5]), int(cells[6]), int(cells[8]), float(cells[10]), cells[11].strip())


def _lines(words: list[_Word]) -> Iterator[str]:
    """Lines that the reader is sure of, indented about as far as in the picture."""
    if not words:
        return
    edge = min(word.left for word in words)
    letter = max(median(word.width / len(word.text) for word in words), 1.0)
    lines: dict[tuple[str, ...], list[_Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    for line in lines.values():
        text = " ".join(word.text for word in line)
        if sum(char.isalnum() for char in text) > 1 and sum(word.sure for word in line) / len(line) >= _SURE:
            yield " " * min(round((line[0].left - edge) / letter), _LARGEST_INDENT) + text
