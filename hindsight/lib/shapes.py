"""Boxes, arrows, labels and covers that people draw on a copy of a picture: what they are, and how they are sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MOST = 50
WORDS_LIMIT = 60
KINDS = {"box": "Box", "arrow": "Arrow", "label": "Number or words", "cover": "Black out"}
# Red, amber and blue are told apart with every kind of colour vision; a white edge parts them from any ground.
COLOURS = {"red": "#d3261d", "amber": "#f2a900", "blue": "#1b66c9"}
EDGE = "#ffffff"
INK = {"red": "#ffffff", "amber": "#1a1e20", "blue": "#ffffff"}
COVER = "#101314"


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape, in pixels of the upright picture: from one corner to the other, an arrow from its end to its point.

    A label stands at its first corner.
    """

    kind: str
    x1: int
    y1: int
    x2: int
    y2: int
    words: str = ""
    colour: str = "red"


def stroke(width: int, height: int) -> int:
    """How thick lines are on a picture of that size."""
    return max(2, round(max(width, height) / 320))


def letter_size(width: int, height: int) -> int:
    """How large letters are on a picture of that size."""
    return max(14, round(max(width, height) / 45))


def pack(shapes: Sequence[Shape]) -> bytes:
    """The shapes for the child process that draws them."""
    return json.dumps(plain(shapes)).encode()


def plain(shapes: Sequence[Shape]) -> list[dict[str, Any]]:
    """The shapes as values that JSON knows."""
    return [asdict(shape) for shape in shapes]


def from_plain(rows: Sequence[Mapping[str, Any]]) -> list[Shape]:
    """What `plain` gave."""
    return [Shape(**row) for row in rows]
