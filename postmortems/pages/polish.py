"""Texts for reading: headings with an address, lines that only their editor wrapped flow, bare addresses are marked."""

import re
from itertools import pairwise

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from postmortems.pages.headings import with_anchors

# A line this long was wrapped by an editor; a shorter one was meant to end there, unless its sentence goes on.
WRAPPED_FROM = 50
# Words.
SENTENCE_FROM = 3
_SMALL = re.compile(r"[a-z]+(?:[ ,.]|$)")
# A table without a heading still has its empty cells.
_NO_HEADING = re.compile(r"<thead>\s*<tr>(?:\s*<th[^>]*>\s*</th>)+\s*</tr>\s*</thead>")
_BREAK = re.compile(r"<br ?/?>\n")
_BLOCK = re.compile(r"<(?:p|li|td|th|h[1-6]|blockquote|pre)\b[^>]*>")
# A link whose words are its address: on paper it is not written twice.
_BARE = re.compile(r'<a href="([^"]+)"([^>]*)>\1</a>')


def polished(html: SafeString, prefix: str, *, is_brought_in: bool) -> SafeString:
    """The text as the page shows it; ids go under `prefix`. Only what was written elsewhere is unwrapped."""
    flowing = _unwrapped(html) if is_brought_in else html
    marked = _BARE.sub(r'<a class="bare" href="\1"\2>\1</a>', _NO_HEADING.sub("", flowing))
    return with_anchors(mark_safe(marked), prefix)  # noqa: S308 - safe HTML with a class of ours


def _unwrapped(html: str) -> str:
    pieces = _BREAK.split(html)
    joined, flowing = [pieces[0]], ""
    for before, piece in pairwise(pieces):
        line = strip_tags(_BLOCK.split(before)[-1]).strip()
        # A sentence that was joined already is one line, unless a block began in between.
        sentence = line if _BLOCK.search(before) else f"{flowing} {line}".strip()
        goes_on = _goes_on(sentence, strip_tags(piece).lstrip())
        joined.append("\n" if goes_on or len(line) >= WRAPPED_FROM else "<br>\n")
        joined.append(piece)
        flowing = sentence if goes_on and len(line) < WRAPPED_FROM else ""
    return "".join(joined)


def _goes_on(line: str, after: str) -> bool:
    """Whether a sentence was broken here: it has begun, has not ended, and goes on in small letters."""
    has_begun = len(line.split()) >= SENTENCE_FROM and line[-1] not in ".:;!?"
    return has_begun and _SMALL.match(after) is not None
