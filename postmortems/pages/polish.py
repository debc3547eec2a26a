"""Texts for reading: headings with an address, lines that only their editor wrapped flow, bare addresses are marked."""

import re
from itertools import pairwise

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from postmortems.pages.headings import with_anchors

# A line this long was wrapped by an editor; a shorter one was meant to end there.
WRAPPED_FROM = 50
_BREAK = re.compile(r"<br ?/?>\n")
_BLOCK = re.compile(r"<(?:p|li|td|th|h[1-6]|blockquote|pre)\b[^>]*>")
# A link whose words are its address: on paper it is not written twice.
_BARE = re.compile(r'<a href="([^"]+)"([^>]*)>\1</a>')


def polished(html: SafeString, prefix: str, *, is_brought_in: bool) -> SafeString:
    """The text as the page shows it; ids go under `prefix`. Only what was written elsewhere is unwrapped."""
    flowing = _unwrapped(html) if is_brought_in else html
    marked = _BARE.sub(r'<a class="bare" href="\1"\2>\1</a>', flowing)
    return with_anchors(mark_safe(marked), prefix)  # noqa: S308 - safe HTML with a class of ours


def _unwrapped(html: str) -> str:
    pieces = _BREAK.split(html)
    joined = [pieces[0]]
    for before, piece in pairwise(pieces):
        line = _BLOCK.split(before)[-1]
        joined.append("\n" if len(strip_tags(line)) >= WRAPPED_FROM else "<br>\n")
        joined.append(piece)
    return "".join(joined)
