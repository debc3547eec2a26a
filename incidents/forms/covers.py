"""Rectangles that black out places of a picture: rows of x, y, width and height, so that a keyboard is enough."""

from dataclasses import dataclass

from django.http import QueryDict

from hindsight.lib.shapes import MOST, Shape

FIELDS = ("x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Cover:
    """One rectangle, in pixels of the picture as it is shown large."""

    x: int
    y: int
    w: int
    h: int

    @property
    def shape(self) -> Shape:
        """What is drawn."""
        return Shape("cover", self.x, self.y, self.x + self.w, self.y + self.h)


def covers_of(data: QueryDict, *, size: tuple[int, int]) -> list[Cover]:
    """The rows as rectangles within the picture; what a browser would not send is brought into its bounds."""
    columns: list[list[str]] = [data.getlist(name) for name in FIELDS]
    return [_within(*row, size=size) for row in list(zip(*columns, strict=False))[:MOST]]


def _within(x: str, y: str, w: str, h: str, *, size: tuple[int, int]) -> Cover:
    left, top = _number(x, size[0]), _number(y, size[1])
    return Cover(left, top, _number(w, size[0] - left), _number(h, size[1] - top))


def _number(text: str, most: int) -> int:
    digits = text.strip().split(".")[0]
    return min(int(digits), most) if digits.isascii() and digits.isdecimal() and len(digits) < 7 else 0


def changed(covers: list[Cover], do: str, *, size: tuple[int, int]) -> list[Cover] | None:
    """The rectangles after a button: `add:cover` puts one in the middle, `remove:2` takes a third; else None."""
    verb, _, what = do.partition(":")
    if verb == "add":
        width, height = size
        return [*covers, Cover(width // 4, height // 4, width // 2, height // 4)][:MOST]
    if verb == "remove" and what.isascii() and what.isdecimal() and len(what) < 4:
        return [cover for at, cover in enumerate(covers) if at != int(what)]
    return covers if verb == "show" else None
