"""Highlighted code for pages: line by line, bounded in size and time, never an error."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from hindsight.lib.languages import BY_KEY, LANGUAGES, normalise_language
from hindsight.lib.pool import PoolError, TookTooLong, shared
from hindsight.lib.text import clean, unix_lines, visible_bidi

__all__ = ["LANGUAGES", "RENDER_VERSION", "Highlighted", "highlight", "normalise_language"]

# Raise it when the HTML made from the same code changes: cached lines are then made anew.
RENDER_VERSION = 1

SHOWN_LINES = 2_000
SHOWN_CHARS = 200_000
COLOURED_CHARS = 100_000
TIME_LIMIT_S = 2.0

_JOB = "hindsight.lib.colours:job"
_ANSI = re.compile(r"\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)|[@-Z\\^_()])")


@dataclass(frozen=True, slots=True)
class Highlighted:
    """The shown lines of a piece of code as safe HTML, and what a reader should know about them.

    `state` is `plain` when there are no colours; `note` says why, or that the rest is only in the raw text.
    `is_final` is false when only a busy highlighter kept the colours away, so the result should not be kept.
    """

    lines: tuple[SafeString, ...]
    state: Literal["done", "plain"]
    note: str
    total_lines: int
    is_cut: bool
    is_final: bool

    @property
    def html(self) -> SafeString:
        """Return all shown lines in one string, for a <pre>."""
        return mark_safe("\n".join(self.lines))  # noqa: S308 - lines are escaped or made by the colourer


def highlight(code: str, language: str, *, limit_s: float = TIME_LIMIT_S) -> Highlighted:
    """Return the code's first lines, coloured when its language is known and it takes no longer than `limit_s`.

    At most 2,000 lines or 200,000 characters are shown. Terminal escapes are left out and hidden characters made
    visible; the raw text keeps both.
    """
    text = _displayable(code)
    total = text.count("\n") + (not text.endswith("\n"))
    shown = "\n".join(text[:SHOWN_CHARS].split("\n", SHOWN_LINES)[:SHOWN_LINES])
    is_cut = len(shown) < len(text.removesuffix("\n"))
    painted, note, is_final = _paint(shown, normalise_language(language), limit_s)
    lines = painted if painted is not None else [escape(line) for line in shown.removesuffix("\n").split("\n")]
    if is_cut:
        note = f"{note} {_cut_note(len(lines), total)}".strip()
    return Highlighted(
        lines=tuple(mark_safe(visible_bidi(line)) for line in lines),  # noqa: S308 - escaped above or in the child
        state="plain" if painted is None else "done",
        note=note,
        total_lines=total,
        is_cut=is_cut,
        is_final=is_final,
    )


def without_ansi(text: str) -> str:
    """Drop terminal escapes (colours, titles, cursor moves)."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def _displayable(code: str) -> str:
    return clean(without_ansi(unix_lines(code)), keep_ansi=False).text


def _cut_note(shown: int, total: int) -> str:
    if shown < total:
        return f"The first {shown:,} of {total:,} lines are shown; the raw text has all of them."
    return f"The first {SHOWN_CHARS:,} characters are shown; the raw text has all of them."


def _paint(code: str, language: str, limit_s: float) -> tuple[list[str] | None, str, bool]:
    """Return coloured lines or None, why not, and whether that is final."""
    if language not in BY_KEY or not BY_KEY[language].lexer:
        return None, "", True
    if len(code) > COLOURED_CHARS:
        return None, f"Shown without colours: it has more than {COLOURED_CHARS // 1000} kB.", True
    try:
        lines: list[str] | None = json.loads(shared.call(_JOB, code.encode(), {"language": language}, limit_s=limit_s))
    except TookTooLong:
        return None, f"Shown without colours: highlighting took longer than {limit_s:g} s.", True
    except PoolError:
        return None, "Shown without colours for now: the highlighter is busy.", False
    return lines, "", True
