"""Colours for diffs in two layers: what was taken away and added, and within them the colours of the language."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.html import escape

from hindsight.lib.languages import BY_EXTENSION

Paint = Callable[[str, str], list[str] | None]
_FILE = re.compile(r"(?:\+\+\+|---) (?:[abciw]/)?(?P<name>[^\t\n]+)")
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_CLASSES = {"+": "gi", "-": "gd"}
_WHOLE = {"@": "gu", "#": "gh", "i": "gi", "d": "gd"}


@dataclass(slots=True)
class _Hunk:
    """Lines of one stretch, each with its sign and its place in the answer."""

    language: str
    lines: list[tuple[int, str]] = field(default_factory=list)


def paint_diff(code: str, paint: Paint) -> list[str]:
    """One HTML string a line. The language is told by the names in the headers; `paint` colours the lines of a hunk.

    Old and new lines are coloured apart, each with what surrounds them, so that a string which one of them opens does
    not run into the other.
    """
    lines = code.removesuffix("\n").split("\n")
    shown: list[str] = []
    hunks: list[_Hunk] = []
    for at, kind, language in _kinds(lines):
        if kind in {"+", "-", " "}:
            hunks[-1].lines.append((at, lines[at]))
            shown.append("")
        else:
            if kind == "@":
                hunks.append(_Hunk(language))
            shown.append(_whole(lines[at], _WHOLE.get(kind, "")))
    for hunk in hunks:
        for at, html in _coloured(hunk, paint):
            shown[at] = html
    return shown


def _whole(line: str, name: str) -> str:
    return f'<span class="{name}">{escape(line)}</span>' if name and line else str(escape(line))


def _kinds(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """What each line is: `+`, `-` or a space inside a hunk, `@` its head, `#` the head of a file, or none of these.

    Where no head says how long a hunk is, the sign alone tells: `i` is added, `d` taken away.
    """
    language, old, new = "", 0, 0
    is_loose = not any(_HUNK.match(line) for line in lines)
    if is_loose:
        yield from _loose_kinds(lines)
        return
    for at, line in enumerate(lines):
        sign = line[:1]
        if (old > 0 or new > 0) and sign in {"+", "-", " ", ""}:
            old -= sign != "+"
            new -= sign != "-"
            yield at, sign or " ", language
        elif head := _HUNK.match(line):
            old, new = int(head[2] or 1), int(head[4] or 1)
            yield at, "@", language
        elif sign == "\\":
            yield at, "", language
        else:
            if name := _FILE.match(line):
                language = BY_EXTENSION.get(PurePosixPath(name["name"].strip()).suffix.lstrip(".").lower(), language)
            yield at, "#" if name or line.startswith(("diff ", "index ", "Index: ")) else "", language


def _loose_kinds(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Lines cut out of a diff."""
    yield from ((at, {"+": "i", "-": "d"}.get(line[:1], ""), "") for at, line in enumerate(lines))


def _coloured(hunk: _Hunk, paint: Paint) -> Iterator[tuple[int, str]]:
    old = _side(hunk, "+", paint)
    new = _side(hunk, "-", paint)
    for at, line in hunk.lines:
        sign = line[:1]
        inner = (old if sign == "-" else new).get(at) or str(escape(line[1:]))
        name = _CLASSES.get(sign)
        mark = f'<span class="diff-sign">{sign}</span>' if name else escape(sign)
        yield at, f'<span class="{name}">{mark}{inner}</span>' if name else f"{mark}{inner}"


def _side(hunk: _Hunk, left_out: str, paint: Paint) -> dict[int, str]:
    """The coloured lines of one side, by place; nothing when its language has no colours."""
    lines = [(at, line) for at, line in hunk.lines if line[:1] != left_out]
    painted = (
        paint("\n".join(line[1:] for _, line in lines), hunk.language)
        if hunk.language not in {"", "diff"} and lines
        else None
    )
    if painted is None or len(painted) != len(lines):
        return {}
    return {at: html for (at, _), html in zip(lines, painted, strict=True)}
