"""What is drawn on a copy of a picture: rows of numbers, so that a keyboard is enough."""

from typing import Any

from django import forms
from django.http import QueryDict

from hindsight.lib.forms import FormErrors, LineField, OnceField
from hindsight.lib.problems import InvalidError
from hindsight.lib.shapes import COLOURS, KINDS, MOST, WORDS_LIMIT, Shape
from hindsight.lib.text import clean, one_line
from incidents.models import CAPTION_LIMIT

PLACES = ("x1", "y1", "x2", "y2")


class DrawingForm(FormErrors, forms.Form):
    """The words beside the copy; its shapes come beside as rows."""

    caption = LineField(limit=CAPTION_LIMIT, required=False)
    once = OnceField()


def shapes_of(data: QueryDict, *, size: tuple[int, int]) -> list[Shape]:
    """The rows as shapes that lie within the picture; what a browser would not send is brought into its bounds."""
    columns: list[list[str]] = [data.getlist(name) for name in ("kind", *PLACES, "words", "colour")]
    rows = zip(*columns, strict=False)
    return [_shape(*row, size=size) for row, _ in zip(rows, range(MOST), strict=False)]


def _shape(kind: str, x1: str, y1: str, x2: str, y2: str, words: str, colour: str, *, size: tuple[int, int]) -> Shape:
    width, height = size
    return Shape(
        kind if kind in KINDS else "box",
        _number(x1, width),
        _number(y1, height),
        _number(x2, width),
        _number(y2, height),
        one_line(clean(words).text, WORDS_LIMIT),
        colour if colour in COLOURS else "red",
    )


def _number(text: str, most: int) -> int:
    """A place in pixels; empty and nonsense are 0."""
    digits = text.strip().split(".")[0]
    return min(int(digits), most) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else 0


def changed(shapes: list[Shape], do: str, *, size: tuple[int, int]) -> list[Shape] | None:
    """The shapes after a button: `add:box` puts one in the middle, `remove:2` takes the third away; None for others."""
    verb, _, what = do.partition(":")
    if verb == "add" and what in KINDS:
        return [*shapes, _new(what, shapes, size)][:MOST]
    if verb == "remove" and what.isascii() and what.isdecimal() and len(what) < 4:
        return [shape for at, shape in enumerate(shapes) if at != int(what)]
    return shapes if verb == "show" else None


def _new(kind: str, shapes: list[Shape], size: tuple[int, int]) -> Shape:
    width, height = size
    words = str(1 + sum(shape.kind == "label" for shape in shapes)) if kind == "label" else ""
    return Shape(kind, width // 4, height // 4, width * 3 // 4, height // 2, words)


def check(shapes: list[Shape]) -> None:
    """Raise InvalidError for shapes that nobody would see."""
    for at, shape in enumerate(shapes, 1):
        if shape.kind == "label" and not shape.words:
            raise InvalidError({"shapes": f"Number {at} has no words."})
        if shape.kind != "label" and (shape.x1, shape.y1) == (shape.x2, shape.y2):
            raise InvalidError({"shapes": f"Number {at} begins and ends at the same place."})


def initial(shapes: list[dict[str, Any]] | None) -> list[Shape]:
    """The shapes of a copy, to go on with."""
    return [Shape(**row) for row in shapes or []]
