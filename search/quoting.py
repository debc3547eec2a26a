"""Links that lead to a word within a long text: browsers scroll to the words that a fragment quotes (`:~:text=`)."""

import re
from collections.abc import Iterable
from itertools import takewhile
from urllib.parse import quote

# Up to here a match stands on the screen once its text has been opened.
FAR = 600
# A word often stands in several places: so many before and after it tell which is meant.
NEAR_WORDS = 3
_ENDS = ".,;:!?()[]{}<>\"'`*_~|"
_STRESS = "*_`~"
# Markdown's signs are not on the page, and a number at the beginning of a line may be an item's.
_READ_AS_WRITTEN = re.compile(r"[^\[\]()<>*_`~|#\\]*\w[^\[\]()<>*_`~|#\\]*")
_ITEM = re.compile(r"\s*\d+[.)]\s")


def quoted(text: str, begin: int, end: int) -> str:
    """What to put behind a fragment so that `text[begin:end]` is scrolled to and marked: it and the words beside it.

    "" where nothing but signs stands there. A browser that does not know it, or does not find it, opens the place.
    """
    begin, end = _whole(text, begin, end)
    if begin == end:
        return ""
    before, after = _beside(text, begin, end)
    lead = f"{_encoded(before)}-," if before else ""
    tail = f",-{_encoded(after)}" if after else ""
    return f":~:text={lead}{_encoded([text[begin:end]])}{tail}"


def _whole(text: str, begin: int, end: int) -> tuple[int, int]:
    """All that a word is joined to by signs, as browsers see `a.b` as one word; the signs at its ends left out."""
    while begin > 0 and not text[begin - 1].isspace():
        begin -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    while begin < end and text[begin] in _ENDS:
        begin += 1
    while begin < end and text[end - 1] in _ENDS:
        end -= 1
    return begin, end


def _beside(text: str, begin: int, end: int) -> tuple[list[str], list[str]]:
    """The nearest words of the same line, as far as they stand on the page as they are written."""
    first = text.rfind("\n", 0, begin) + 1
    last = text.find("\n", end)
    item = _ITEM.match(text, first, begin)
    before = text[item.end() if item else first : begin].rstrip(_STRESS)
    after = text[end : last if last >= 0 else len(text)].lstrip(_STRESS)
    # What is joined to the word by a sign is no word beside it.
    earlier = reversed(before.split()) if before[-1:].isspace() else ()
    later = after.split() if after[:1].isspace() else []
    return [*reversed(_plain(earlier))], _plain(later)


def _plain(words: Iterable[str]) -> list[str]:
    return list(takewhile(_READ_AS_WRITTEN.fullmatch, words))[:NEAR_WORDS]


def _encoded(words: list[str]) -> str:
    """Safe between the commas and hyphens that part a directive."""
    return quote(" ".join(words).encode("utf-8", "replace"), safe="").replace("-", "%2D")
