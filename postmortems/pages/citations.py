"""Citations as readers see them: looked up when the page is read, so that they stay true when their source changes."""

import re
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from hindsight.lib.text import one_line
from incidents.models import Incident
from postmortems.pages.sources import Source, find_sources
from postmortems.references import REFERENCE, Reference, reference_of, references_in

# A paragraph of references alone shows what they cite; beyond this many of a page they are links.
BLOCKS_LIMIT = 60

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)(?:\"[^\"]*\"|[^\">])*>")
_ALONE = re.compile(rf"<p>\s*((?:{re.sub(r'[?]P<[a-z]+>', '', REFERENCE.pattern)}(?:<br ?/?>)?\s*)+)</p>")
# Inside these a reference is an example of one, or already part of a link.
_LITERAL = {"pre", "code", "a"}
_MARKDOWN_CODE = re.compile(r"(^(?:```|~~~).*?^(?:```|~~~)[^\n]*$|`[^`\n]*`)", re.DOTALL | re.MULTILINE)
GONE = "deleted, or not shared with you"


class Citations:
    """What some texts cite, as one reader may see it. Two queries a kind of source at most, whatever their number."""

    def __init__(self, texts: Iterable[str], *, reader: User, incident: Incident) -> None:
        self._incident = incident
        self._known = set(references_in(texts))
        self._sources = find_sources(self._known, reader=reader, incident=incident)
        self._blocks_left = BLOCKS_LIMIT
        # A bomb cites one thing ten thousand times.
        self._links: dict[Reference, str] = {}

    def html(self, rendered: SafeString) -> SafeString:
        """Rendered markdown with its references in place: alone in a paragraph as a block, else as a link."""
        if "[[" not in rendered:
            return rendered
        pieces, at = [], 0
        for match in _ALONE.finditer(rendered):
            pieces += [self._linked(rendered[at : match.start()]), self._blocks(match)]
            at = match.end()
        return mark_safe("".join([*pieces, self._linked(rendered[at:])]))  # noqa: S308 - safe pieces and our own markup

    def seen_from(self, incident: Incident) -> "Citations":
        """The same, named and linked as a page of `incident` does."""
        other = copy(self)
        other._incident, other._links = incident, {}
        other._sources = {key: replace(source, here=incident) for key, source in self._sources.items()}
        return other

    def inline(self, html: SafeString) -> SafeString:
        """Safe HTML of one line with its references as links."""
        return mark_safe(self._linked(html)) if "[[" in html else html  # noqa: S308 - safe pieces and our own links

    def words(self, text: str) -> str:
        """A text with its references in words, for a place that can hold no link."""
        return REFERENCE.sub(lambda match: self._said(reference_of(match), match[0]), text) if "[[" in text else text

    def _said(self, reference: Reference, typed: str) -> str:
        source = self.source(reference)
        if source is None:
            return f"({typed[2:-2]}: {GONE})" if reference in self._known else typed
        return source.label(reference)

    def markdown(self, text: str) -> str:
        """Markdown with its references as links that lead here from anywhere, and alone on a line as a quote."""
        parts = _MARKDOWN_CODE.split(text)
        return "".join(part if at % 2 else self._exported(part) for at, part in enumerate(parts))

    def listed(self, text: str) -> list[tuple[str, str, str]]:
        """What a text cites and the reader may see, each once: as typed, in words, and its address."""
        found: dict[str, tuple[str, str, str]] = {}
        for match in REFERENCE.finditer(text):
            reference = reference_of(match)
            source = self.source(reference)
            if source is not None:
                found[match[0]] = (match[0], source.label(reference), source.url(reference))
        return list(found.values())

    def source(self, reference: Reference) -> Source | None:
        """What it cites; None when that is gone or hidden, which are the same."""
        return self._sources.get(reference.source)

    def _linked(self, html: str) -> str:
        """References between tags as links; what is code or a link already stays as it is."""
        pieces, at, literal = [], 0, 0
        for tag in _TAG.finditer(html):
            text = html[at : tag.start()]
            pieces += [text if literal else self._inline(text), tag[0]]
            if tag[2] in _LITERAL:
                literal = max(0, literal + (-1 if tag[1] else 1))
            at = tag.end()
        rest = html[at:]
        return "".join([*pieces, rest if literal else self._inline(rest)])

    def _inline(self, text: str) -> str:
        return REFERENCE.sub(lambda match: self._link(reference_of(match), match[0]), text) if "[[" in text else text

    def _link(self, reference: Reference, typed: str) -> str:
        source = self.source(reference)
        if source is None:
            return typed if reference not in self._known else _gone(typed)
        if reference not in self._links:
            link = '<a class="cite cite-{}" href="{}">{}</a>'
            self._links[reference] = format_html(link, source.kind, source.url(reference), source.label(reference))
        return self._links[reference]

    def _blocks(self, match: re.Match[str]) -> str:
        return "".join(self._block(reference_of(found), found[0]) for found in REFERENCE.finditer(match[1]))

    def _block(self, reference: Reference, typed: str) -> str:
        source = self.source(reference)
        if source is None or self._blocks_left <= 0:
            return f"<p>{self._link(reference, typed)}</p>"
        self._blocks_left -= 1
        context = {"source": source, "url": source.url(reference), **source.shown(reference)}
        return render_to_string("postmortems/_cited.html", context)

    def _exported(self, text: str) -> str:
        alone = re.compile(rf"^[ \t]*{REFERENCE.pattern}[ \t]*$", re.MULTILINE)
        quoted = alone.sub(lambda match: self._quote(reference_of(match), match[0].strip()), text)
        return REFERENCE.sub(lambda match: self._markdown_link(reference_of(match), match[0]), quoted)

    def _markdown_link(self, reference: Reference, typed: str) -> str:
        source = self.source(reference)
        if source is None:
            return f"({typed[2:-2]}: {GONE})" if reference in self._known else typed
        label = one_line(source.label(reference), 200).replace("[", r"\[").replace("]", r"\]")
        return f"[{label}]({settings.BASE_URL}{source.url(reference)})"

    def _quote(self, reference: Reference, typed: str) -> str:
        source = self.source(reference)
        quote = source.quote(reference) if source else ""
        lines = [self._markdown_link(reference, typed), *([""] if quote else []), *quote.splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)


def _gone(typed: str) -> str:
    return format_html('<span class="cite cite-gone"><code>{}</code> {}</span>', typed[2:-2], GONE)


def short_id(pk: UUID) -> str:
    """As much of an attachment's id as a reference needs."""
    return pk.hex[:8]
