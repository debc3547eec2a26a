"""Highlighted code for pages: line by line, bounded in size and time, never an error."""

import json
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib import ansi, controls
from hindsight.lib.languages import BY_KEY, LANGUAGES, normalise_language
from hindsight.lib.pool import JobFailed, PoolError, TookTooLong, shared
from hindsight.lib.text import clean, unix_lines

__all__ = ["LANGUAGES", "RENDER_VERSION", "Highlighted", "highlight", "normalise_language", "without_ansi"]

# Raise it when the HTML made from the same code changes: cached lines are then made anew.
RENDER_VERSION = 2

SHOWN_LINES = 2_000
SHOWN_CHARS = 200_000
# Of one line: what is longer is a dump that no page has the width for.
LINE_CHARS = 10_000
COLOURED_CHARS = 100_000
TIME_LIMIT_S = 2.0

_JOB = "hindsight.lib.colours:job"
without_ansi = ansi.strip


@dataclass(frozen=True, slots=True)
class Highlighted:
    """Some lines of a piece of code as safe HTML, and what a reader should know about them.

    `state` is `plain` when there are no colours; `note` says why. `first` is the number of the first line; `is_cut`
    when there are lines after these, or a line was too long to be shown whole. `is_final` is false when only a busy
    highlighter kept the colours away, so the result should not be kept.
    """

    lines: tuple[SafeString, ...]
    state: Literal["done", "plain"]
    note: str
    total_lines: int
    is_cut: bool
    is_final: bool
    first: int = 1

    @property
    def html(self) -> SafeString:
        """Return all shown lines in one string, for a <pre>."""
        return mark_safe("\n".join(self.lines))  # noqa: S308 - lines are escaped or made by the colourer


def highlight(code: str, language: str, *, limit_s: float = TIME_LIMIT_S, first: int = 1) -> Highlighted:
    """Return lines from `first` on, coloured when their language is known and it takes no longer than `limit_s`.

    At most 2,000 lines or 200,000 characters are shown, and 10,000 of one line. Where a terminal coloured the
    text, its colours stand in the place of the language's; other terminal escapes are left out. Hidden characters are
    made visible; the raw text keeps everything.
    """
    text = clean(unix_lines(code), keep_ansi=True).text
    total = text.count("\n") + (not text.endswith("\n"))
    first = min(max(first, 1), total)
    shown, is_short = _cut(text, first)
    given = "\n".join(line for line, _ in shown)
    if ansi.has_colours(given):
        colours = _Colours(ansi.paint(given))
    else:
        colours = _paint(ansi.strip(given).split("\n"), language, limit_s)
    lines = colours.lines
    marked = [controls.visible(line) + _rest(cut) for line, (_, cut) in zip(lines, shown, strict=True)]
    return Highlighted(
        lines=tuple(mark_safe(line) for line in marked),  # noqa: S308 - escaped above or in the child
        state="done" if colours.has_any else "plain",
        note=colours.note,
        total_lines=total,
        is_cut=is_short or first + len(marked) <= total,
        is_final=colours.is_final,
        first=first,
    )


def _cut(text: str, first: int) -> tuple[list[tuple[str, int]], bool]:
    """Return the shown lines, each with how many of its characters are left out, and whether any line is cut."""
    shown: list[tuple[str, int]] = []
    room = SHOWN_CHARS
    for line in _from(text, first):
        if room <= 0:
            break
        head = line[:LINE_CHARS]
        shown.append((head, len(line) - len(head)))
        room -= len(head) + 1
    return shown, any(cut for _, cut in shown)


def _from(text: str, first: int) -> list[str]:
    """Return lines from `first` on, without splitting what comes after those that can be shown."""
    at = 0
    for _ in range(first - 1):
        at = text.index("\n", at) + 1
    lines = text[at:].removesuffix("\n").split("\n", SHOWN_LINES)
    return lines[:SHOWN_LINES]


def _rest(cut: int) -> str:
    return f'<span class="line-cut">… {cut:,} more characters, in the download</span>' if cut else ""


@dataclass(frozen=True, slots=True)
class _Colours:
    """Lines of HTML; why they have no colours, and whether that is final."""

    lines: list[str]
    has_any: bool = True
    note: str = ""
    is_final: bool = True


def _paint(lines: list[str], language: str, limit_s: float) -> _Colours:
    key, code = normalise_language(language), "\n".join([*lines, ""])
    plain = _Colours([str(escape(line)) for line in lines], has_any=False)
    if key not in BY_KEY or not BY_KEY[key].lexer:
        return plain
    if len(code) > COLOURED_CHARS:
        return replace(plain, note=f"Shown without colours: it has more than {COLOURED_CHARS // 1000} kB.")
    try:
        painted: list[str] | None = json.loads(shared.call(_JOB, code.encode(), {"language": key}, limit_s=limit_s))
    except TookTooLong:
        return replace(plain, note=f"Shown without colours: highlighting took longer than {limit_s:g} s.")
    except JobFailed:
        return replace(plain, note="Shown without colours: the highlighter could not read it.")
    except PoolError:
        return replace(plain, note="Shown without colours for now: the highlighter is busy.", is_final=False)
    return _Colours(painted) if painted is not None and len(painted) == len(lines) else plain
