"""Headings within a text: an address for each, and the list of them for a table of contents."""

import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

# More of them in one section are no help in a table of contents.
LISTED_LIMIT = 12
_HEADING = re.compile(r"<h([3-6])>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading: its address on the page, its words, and its level (3 to 6)."""

    anchor: str
    words: str
    level: int


def with_anchors(html: SafeString, prefix: str) -> SafeString:
    """The same text; every heading has an id under `prefix` and a link to itself."""
    found = iter(headings_in(html, prefix))

    def address(match: re.Match[str]) -> str:
        heading = next(found)
        return format_html(
            '<h{0} id="{1}">{2} <a class="pm-anchor" href="#{1}" aria-label="Link to this heading">#</a></h{0}>',
            heading.level,
            heading.anchor,
            SafeString(match[2]),
        )

    return mark_safe(_HEADING.sub(address, html))  # noqa: S308 - safe HTML with our own attributes


def headings_in(html: str, prefix: str) -> list[Heading]:
    """The headings of a rendered text in their order; addresses are unique within `prefix`."""
    found: list[Heading] = []
    taken: dict[str, int] = {}
    for match in _HEADING.finditer(html):
        words = unescape(strip_tags(match[2])).strip()
        slug = slugify(words, allow_unicode=True)[:60].strip("-_") or "heading"
        taken[slug] = taken.get(slug, 0) + 1
        if taken[slug] > 1:
            slug = f"{slug}--{taken[slug]}"
        found.append(Heading(f"{prefix}-{slug}", words, int(match[1])))
    return found


def listed(html: str, prefix: str) -> list[Heading]:
    """Those of the highest level in the text, when they are few enough to be listed."""
    found = [heading for heading in headings_in(html, prefix) if heading.words]
    top = min((heading.level for heading in found), default=0)
    highest = [heading for heading in found if heading.level == top]
    return highest if 1 < len(highest) <= LISTED_LIMIT else []
