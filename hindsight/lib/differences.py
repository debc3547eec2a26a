"""What changed between two texts, word by word, as HTML."""

import difflib
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString

Op = Literal["same", "del", "ins"]

TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
# One comparison may look at so many pairs of equal tokens, and all of them may take so much CPU time; what passes
# either limit is compared line by line, and then as a whole.
PAIRS_LIMIT = 400_000
BUDGET_S = 0.25
# Two passages that share less than this say different things: word by word they would be a mosaic.
ALIKE = 0.3
# Longer stretches without a change are folded to this many lines at both ends.
CONTEXT_LINES = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is in both, or in one only."""

    op: Op
    text: str


def words(before: str, after: str, *, fold: bool = True) -> SafeString:
    """`after` with what was taken away in `<del>` and what came new in `<ins>`; everything else is escaped text.

    It goes inside `<div class="diff diff-prose diff-words">`, which keeps line ends. `fold` leaves out long stretches
    without a change and says how many lines they have. Equal texts give the text without marks. Bounded: about a
    quarter of a second of CPU, whatever is given; texts that need more are compared line by line.
    """
    pieces = compare(before, after)
    return SafeString("".join(_html(piece, at, len(pieces), fold=fold) for at, piece in enumerate(pieces)))


def compare(before: str, after: str) -> list[Piece]:
    """The two texts as pieces in reading order; joining those that are not "ins" gives `before`, not "del" `after`."""
    deadline = time.thread_time() + BUDGET_S
    before, after = (text.replace("\r\n", "\n") for text in (before, after))
    pieces: list[Piece] = []
    for old, new in _line_blocks(before, after, deadline):
        pieces += [Piece("same", old)] if old == new else _word_pieces(old, new, deadline)
    return list(_joined(pieces))


class _TooMuch(Exception):
    """The comparison passes its limits."""


class _Matcher(difflib.SequenceMatcher[str]):
    """Compares sequences until its time is up; white space never counts as a match of its own."""

    def __init__(self, before: Sequence[str], after: Sequence[str], deadline: float) -> None:
        counts = Counter(before)
        pairs = sum(counts[token] * times for token, times in Counter(after).items() if not token.isspace())
        if pairs > PAIRS_LIMIT:
            raise _TooMuch
        self._deadline = deadline
        super().__init__(str.isspace, before, after, autojunk=False)

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        if time.thread_time() > self._deadline:
            raise _TooMuch
        return super().find_longest_match(alo, ahi, blo, bhi)


def _line_blocks(before: str, after: str, deadline: float) -> Iterator[tuple[str, str]]:
    """Runs of lines that are equal, and runs that differ; one block where even that is too much."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = slice(head, len(old) - tail), slice(head, len(new) - tail)
    try:
        codes = _Matcher(old[middle[0]], new[middle[1]], deadline).get_opcodes()
    except _TooMuch:
        codes = [("replace", 0, len(old) - tail - head, 0, len(new) - tail - head)]
    if head:
        yield "".join(old[:head]), "".join(old[:head])
    for _, first, last, start, end in codes:
        yield "".join(old[middle[0]][first:last]), "".join(new[middle[1]][start:end])
    if tail:
        yield "".join(old[len(old) - tail :]), "".join(old[len(old) - tail :])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many elements both begin with."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _word_pieces(old: str, new: str, deadline: float) -> list[Piece]:
    whole = list(_change(old, new))
    if not old or not new:
        return whole
    before, after = TOKENS.findall(old), TOKENS.findall(new)
    try:
        codes = _Matcher(before, after, deadline).get_opcodes()
    except _TooMuch:
        return whole
    pieces: list[Piece] = []
    for _, first, last, start, end in codes:
        gone, come = "".join(before[first:last]), "".join(after[start:end])
        pieces += [Piece("same", gone)] if gone == come else [Piece("del", gone), Piece("ins", come)]
    return whole if _is_mosaic(pieces, old, new) else pieces


def _is_mosaic(pieces: list[Piece], old: str, new: str) -> bool:
    same = sum(len(piece.text.strip()) for piece in pieces if piece.op == "same")
    return same < ALIKE * min(len(old.strip()), len(new.strip()))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind become one; white space alone between two changes belongs to both."""
    gone, come, same = "", "", ""
    waiting = ""
    for piece in [piece for piece in pieces if piece.text]:
        if piece.op == "same" and (gone or come) and piece.text.isspace() and "\n" not in piece.text:
            waiting += piece.text
            continue
        if piece.op == "same":
            yield from _change(gone, come)
            gone = come = ""
            same += waiting + piece.text
        else:
            if same:
                yield Piece("same", same)
                same = ""
            gone, come = (
                gone + waiting + piece.text * (piece.op == "del"),
                come + waiting + piece.text * (piece.op == "ins"),
            )
        waiting = ""
    yield from _change(gone, come)
    if same + waiting:
        yield Piece("same", same + waiting)


def _change(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece("del", gone)
    if come:
        yield Piece("ins", come)


def _html(piece: Piece, at: int, count: int, *, fold: bool) -> str:
    if piece.op == "same":
        return (
            _folded(piece.text, is_first=at == 0, is_last=at == count - 1) if fold and count > 1 else escape(piece.text)
        )
    text = piece.text.replace("\n", "↵\n") if piece.text.isspace() else piece.text
    return f"<{piece.op}>{escape(text)}</{piece.op}>"


def _folded(text: str, *, is_first: bool, is_last: bool) -> str:
    """A long stretch without a change: its ends, which lie beside changes, and how much is left out."""
    lines = text.splitlines(keepends=True)
    head = 0 if is_first else CONTEXT_LINES
    tail = 0 if is_last else CONTEXT_LINES
    left_out = len(lines) - head - tail
    if left_out < CONTEXT_LINES:
        return escape(text)
    gap = f'<span class="diff-gap">{left_out:,} lines without a change</span>\n'
    return escape("".join(lines[:head])) + gap + escape("".join(lines[len(lines) - tail :]))
