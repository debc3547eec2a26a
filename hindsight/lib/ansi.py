"""Terminal escapes: their colours as classes that can be read on any ground, everything else taken out.

The classes are a small palette of our own: 256 and 24-bit colours become the nearest hue of it, because a colour chosen
for a black terminal can't be read on paper, and because pages carry no style attributes.
"""

import colorsys
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.html import escape

# CSI; strings (titles, links) up to their end, which storing may have made U+FFFD; character sets; two-letter escapes.
_ESCAPE = re.compile(
    r"\x1b(?:\[(?P<args>[0-9;:<=>?]*)[ -/]*(?P<end>[@-~])"
    r"|\][^\x07\x1b\n\ufffd]{0,2000}(?:\x07|\x1b\\|\ufffd)"
    r"|[PX^_][^\x1b\n]{0,2000}\x1b\\"
    r"|[()*+\-./][ -~]"
    r"|\x20[F-N]|#[3-8]|%[@G8]"
    r"|[6-9=>@-Z\\^_a-z])"
)
_SGR = re.compile(r"\x1b\[[0-9;:]*m")

_BASE = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
# Black on night and white on paper can't be read: both give way to what can.
_FOREGROUND = {"black": "grey", "white": ""}
_GROUND = {"black": "grey", "white": "grey", "": ""}
_HUES = ((18, "red"), (42, "orange"), (70, "yellow"), (165, "green"), (205, "cyan"), (262, "blue"), (335, "magenta"))
_FLAGS: Mapping[int, tuple[str, bool]] = {
    1: ("bold", True),
    2: ("dim", True),
    3: ("italic", True),
    4: ("underline", True),
    7: ("inverse", True),
    9: ("strike", True),
    21: ("underline", True),
    23: ("italic", False),
    24: ("underline", False),
    27: ("inverse", False),
    29: ("strike", False),
}
_SHOWN_FLAGS = ("bold", "dim", "italic", "underline", "strike")
_CUBE = (0, 95, 135, 175, 215, 255)


def strip(text: str) -> str:
    """Drop terminal escapes (colours, titles, cursor moves); an ESC that begins none of them stays."""
    return _ESCAPE.sub("", text) if "\x1b" in text else text


def has_colours(text: str) -> bool:
    """Tell whether the text asks a terminal for colours or weight."""
    return "\x1b[" in text and _SGR.search(text) is not None


@dataclass(frozen=True, slots=True)
class _Pen:
    """How the terminal writes now. Hidden text (8) is shown: here nothing may hide."""

    ink: str = ""
    ground: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def classes(self) -> str:
        """The classes of what this pen writes."""
        ink, ground = _FOREGROUND.get(self.ink, self.ink), _GROUND.get(self.ground, self.ground)
        names = [flag for flag in _SHOWN_FLAGS if flag in self.flags]
        if "inverse" in self.flags and not (self.ink or self.ground):
            names.append("inverse")
        elif "inverse" in self.flags:
            names += [ground] * bool(self.ground) + [f"on-{_GROUND.get(self.ink, self.ink) or 'grey'}"]
        else:
            names += [ink] * bool(ink) + [f"on-{ground}"] * bool(ground)
        return " ".join(f"ansi-{name}" for name in names)


def paint(text: str) -> list[str]:
    """Return one HTML string a line, every span closed in its line; lines end at LF. Linear time."""
    lines: list[list[str]] = [[]]
    pen, classes, at = _Pen(), "", 0
    for match in _ESCAPE.finditer(text):
        _write(lines, text[at : match.start()], classes)
        at = match.end()
        if match["end"] == "m" and not match["args"].startswith(("<", "=", ">", "?")):
            pen = _changed(pen, match["args"])
            classes = pen.classes
    _write(lines, text[at:], classes)
    return ["".join(parts) for parts in lines]


def _write(lines: list[list[str]], text: str, classes: str) -> None:
    if not text:
        return
    first, *others = text.split("\n")
    lines[-1].append(_span(first, classes))
    lines.extend([_span(part, classes)] for part in others)


def _span(text: str, classes: str) -> str:
    if not text or not classes:
        return str(escape(text))
    return f'<span class="{classes}">{escape(text)}</span>'


def _changed(pen: _Pen, arguments: str) -> _Pen:
    """The pen after an SGR sequence; numbers that mean nothing to us change nothing."""
    codes = _codes(arguments)
    for code in codes:
        pen = _after(pen, code, codes)
    return pen


def _codes(arguments: str) -> Iterator[int]:
    """The numbers; `4:0` and `38:2::1:2:3` are written with colons, and an empty one is 0."""
    for group in arguments.split(";"):
        parts = group.split(":")
        if len(parts) > 1 and parts[0] == "4":
            yield 24 if parts[1] == "0" else 4
            continue
        if len(parts) > 5 and parts[1] == "2":
            del parts[2]  # the colour space
        yield from (int(part[:6]) if part.isdecimal() else 0 for part in parts)


def _after(pen: _Pen, code: int, more: Iterator[int]) -> _Pen:
    if code == 0:
        return _Pen()
    if code == 22:
        return replace(pen, flags=pen.flags - {"bold", "dim"})
    if code in _FLAGS:
        name, is_set = _FLAGS[code]
        return replace(pen, flags=pen.flags | {name} if is_set else pen.flags - {name})
    if code in {38, 48}:
        name = _extended(more)
        return replace(pen, ink=name) if code == 38 else replace(pen, ground=name)
    if code in {39, 49}:
        return replace(pen, ink="") if code == 39 else replace(pen, ground="")
    if 30 <= code <= 37 or 90 <= code <= 97:
        return replace(pen, ink=_BASE[code % 10])
    if 40 <= code <= 47 or 100 <= code <= 107:
        return replace(pen, ground=_BASE[code % 10])
    return pen


def _extended(more: Iterator[int]) -> str:
    """The colour behind 38 or 48: `5;n` or `2;r;g;b`."""
    kind = next(more, 0)
    if kind == 5:
        return _indexed(min(next(more, 0), 255))
    if kind == 2:
        red, green, blue = (min(next(more, 0), 255) for _ in range(3))
        return _nearest(red, green, blue)
    return ""


def _indexed(number: int) -> str:
    if number < 16:
        return _BASE[number % 8]
    if number >= 232:
        return _nearest(*[8 + 10 * (number - 232)] * 3)
    rest = number - 16
    return _nearest(_CUBE[rest // 36], _CUBE[rest // 6 % 6], _CUBE[rest % 6])


def _nearest(red: int, green: int, blue: int) -> str:
    """The colour of the palette by its hue; what has none is black, or white when it is light."""
    hue, light, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if saturation < 0.18 or not 0.06 < light < 0.94:
        return "white" if light > 0.6 else "black"
    return next((name for limit, name in _HUES if hue * 360 < limit), "red")
