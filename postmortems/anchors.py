"""Where the words that a comment is about stand in a text, also after the text was changed."""

import html
import re
from dataclasses import dataclass

from django.utils.html import strip_tags

# What ends a line for readers, in rendered Markdown.
_BLOCK = re.compile(r"</?(?:p|li|ul|ol|h[1-6]|pre|blockquote|table|tr|td|th|br|hr|div)\b[^>]*>", re.IGNORECASE)
# Longer texts are looked through up to here: a quote further down counts as gone.
LOOKED_THROUGH = 400_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: `start` in the plain text, None where it does not stand any more."""

    start: int | None

    @property
    def is_lost(self) -> bool:
        """Whether the words are gone from the text."""
        return self.start is None


def plain(rendered: str) -> str:
    """The words of rendered Markdown as a reader sees them, white space folded to single blanks."""
    return folded(html.unescape(strip_tags(_BLOCK.sub(" ", rendered[:LOOKED_THROUGH]))))


def folded(text: str) -> str:
    """The same words with single blanks between them."""
    return " ".join(text.split())


def find(quote: str, text: str, offset: int | None) -> Place:
    """Where `quote` stands in the plain `text`: of several places, the one nearest to where it stood.

    Letter case does not count where the exact words are gone.
    """
    wanted = folded(quote)
    if not wanted:
        return Place(None)
    near = offset or 0
    for one, other in ((wanted, text), (wanted.casefold(), text.casefold())):
        found = [at.start() for at in re.finditer(re.escape(one), other)]
        if found:
            return Place(min(found, key=lambda start: abs(start - near)))
    return Place(None)
