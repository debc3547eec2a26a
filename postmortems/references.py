"""References to the record as they are typed: [[step-17]], [[snippet-3-L5-L9]], [[INC-7]]."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.utils.safestring import SafeString

REFERENCE = re.compile(
    r"\[\[(?:"
    r"(?P<kind>step|entry|change|action)-(?P<id>[0-9]{1,12})"
    r"|snippet-(?P<snippet>[0-9]{1,12})(?:-L(?P<first>[0-9]{1,7})(?:-L?(?P<last>[0-9]{1,7}))?)?"
    r"|attachment-(?P<file>[0-9a-fA-F]{8}[0-9a-fA-F-]{0,28})"
    r"|INC-(?P<number>[0-9]{1,9})"
    r")\]\]"
)
_AND_SPACE = re.compile(rf"[ \t]*{REFERENCE.pattern}")
# What is beyond stays as it was typed: no text needs more, and a page has to be drawn.
REFERENCES_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: what kind of thing, its id as typed (lower case), and of a snippet the lines from 1."""

    kind: str
    id: str
    first: int | None = None
    last: int | None = None

    @property
    def source(self) -> tuple[str, str]:
        """What it cites, whichever lines of it."""
        return self.kind, self.id


def reference_of(match: re.Match[str]) -> Reference:
    """The reference that REFERENCE matched."""
    if match["kind"]:
        return Reference(match["kind"], match["id"].lstrip("0") or "0")
    if match["snippet"]:
        first = int(match["first"]) if match["first"] else None
        last = int(match["last"]) if match["last"] else first
        if first is not None and last is not None and last < first:
            first, last = last, first
        return Reference("snippet", match["snippet"].lstrip("0") or "0", first, last)
    if match["file"]:
        return Reference("attachment", match["file"].lower().replace("-", ""))
    return Reference("incident", match["number"].lstrip("0") or "0")


def references_in(texts: Iterable[str]) -> list[Reference]:
    """The references of these texts, each source once, in their order; at most REFERENCES_LIMIT."""
    found: dict[Reference, None] = {}
    for text in texts:
        for match in REFERENCE.finditer(text):
            found[reference_of(match)] = None
            if len(found) >= REFERENCES_LIMIT:
                return list(found)
    return list(found)


class Cites(Protocol):
    """What a row's texts cite, as one reader may see it (see `postmortems.pages.citations`)."""

    def inline(self, html: SafeString) -> SafeString:
        """Safe HTML of one line with its references as links."""
        ...

    def words(self, text: str) -> str:
        """A text with its references in words, for a place that can hold no link."""
        ...

    def markdown(self, text: str) -> str:
        """Markdown with its references as links that lead here from anywhere."""
        ...

    def listed(self, text: str) -> list[tuple[str, str, str]]:
        """What a text cites and the reader may see, each once: as typed, in words, and its address."""
        ...


def without_references(text: str) -> str:
    """A text for places where a reference says nothing: search, and answers of one line."""
    # Looking for the sign takes a hundredth of looking for a reference.
    return _AND_SPACE.sub("", text) if "[[" in text else text
