"""Shapes drawn into a copy of a picture by Pillow: runs in the child process only, because an image may be a bomb."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hindsight.lib.previews import FORMATS, reduced
from hindsight.lib.shapes import COLOURS, COVER, EDGE, INK, Shape, from_plain, letter_size, stroke

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
# With letters of most scripts where the system has it; Pillow's own knows Latin ones.
_FONT = "DejaVuSans-Bold.ttf"


def job(options: Mapping[str, str | int], body: bytes) -> bytes:
    """Write the drawn copy to `target`; raises for bad images."""
    Image.MAX_IMAGE_PIXELS = int(options["max_pixels"]) // 2 + 1
    with Image.open(str(options["source"]), formats=[FORMATS[str(options["kind"])]]) as image:
        image.seek(0)
        copy = reduced(image, int(options["max_side"]))
    pen = _Pen(copy)
    for shape in from_plain(json.loads(body)):
        pen.draw(shape)
    copy.save(Path(str(options["target"])), "PNG", compress_level=6)
    return b""


class _Pen:
    """Draws shapes, each with an edge that parts it from any ground."""

    def __init__(self, image: Image.Image) -> None:
        self.on = ImageDraw.Draw(image)
        self.stroke = stroke(*image.size)
        self.edge = max(1, self.stroke // 2)
        self.font = _font(letter_size(*image.size))

    def draw(self, shape: Shape) -> None:
        """Draw one shape."""
        {"box": self._box, "arrow": self._arrow, "label": self._label, "cover": self._cover}[shape.kind](shape)

    def _box(self, shape: Shape) -> None:
        left, top, right, bottom = _corners(shape)
        for more, colour, width in (
            (self.edge, EDGE, self.stroke + 2 * self.edge),
            (0, COLOURS[shape.colour], self.stroke),
        ):
            self.on.rectangle((left - more, top - more, right + more, bottom + more), outline=colour, width=width)

    def _cover(self, shape: Shape) -> None:
        self.on.rectangle(_corners(shape), fill=COVER)

    def _arrow(self, shape: Shape) -> None:
        for more, colour in ((self.edge, EDGE), (0, COLOURS[shape.colour])):
            neck, head = _head(shape, self.stroke, more)
            self.on.line((shape.x1, shape.y1, *neck), fill=colour, width=self.stroke + 2 * more)
            self.on.polygon(head, fill=colour)

    def _label(self, shape: Shape) -> None:
        pad = self.font.size // 3 if isinstance(self.font, ImageFont.FreeTypeFont) else 4
        left, top, right, bottom = self.on.textbbox((shape.x1 + pad, shape.y1 + pad), shape.words, font=self.font)
        # A lone figure stands in the middle of a square.
        wide = max(right - left, bottom - top)
        ground = (shape.x1, shape.y1, shape.x1 + wide + 2 * pad, bottom + pad)
        radius = pad
        self.on.rounded_rectangle(ground, radius, fill=COLOURS[shape.colour], outline=EDGE, width=self.edge)
        middle = (ground[0] + (wide + 2 * pad - (right - left)) / 2 - (left - shape.x1 - pad), shape.y1 + pad)
        self.on.text(middle, shape.words, fill=INK[shape.colour], font=self.font)


def _corners(shape: Shape) -> tuple[int, int, int, int]:
    return min(shape.x1, shape.x2), min(shape.y1, shape.y2), max(shape.x1, shape.x2), max(shape.y1, shape.y2)


def _head(shape: Shape, width: int, more: int) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """Where the line ends, and the three corners of the point."""
    angle = math.atan2(shape.y2 - shape.y1, shape.x2 - shape.x1)
    long, wide = 5 * width, 2.2 * width + more * 1.5
    across = (-math.sin(angle), math.cos(angle))
    ahead = (math.cos(angle), math.sin(angle))
    tip = (shape.x2 + ahead[0] * more * 2, shape.y2 + ahead[1] * more * 2)
    base = (shape.x2 - ahead[0] * (long + more), shape.y2 - ahead[1] * (long + more))
    sides = [(base[0] + across[0] * wide * side, base[1] + across[1] * wide * side) for side in (1, -1)]
    return base, [tip, *sides]


def _font(size: int) -> Font:
    try:
        return ImageFont.truetype(_FONT, size)
    except OSError:
        return ImageFont.load_default(size)
