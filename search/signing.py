"""Signatures in the index: what a trace or log is known by, beside its words.

A document carries them as parts of the field "signature", whose text is tokens with blanks between. They are indexed
as they are, count for no length, and are never shown or highlighted.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from search.documents import Document, Part
from search.signatures import signature, tokens, weight_of
from search.signatures.tokens import PREFIX

FIELD: Final = "signature"
# No typed word begins with it, so completions and corrections never meet a token.
MARK: Final = "^"
# Prose that holds a block of code or a log: indented or fenced lines.
_BLOCK = re.compile(r"^(?: {4,}|\t|```|~~~)", re.MULTILINE)
_PROSE = frozenset({"summary", "symptom", "root_cause", "fix", "verification", "step", "entry", "section"})
MAX_SIGNED = 200_000

_WHY: Final = {
    "s": "same stack",
    "p": "same stack",
    "m": "same message",
    "h": "same message",
    "l": "same line",
}
_NAMED: Final = {"ff": "frame", "f": "frame", "x": "exception", "c": "code"}


def part_of(found: Iterable[str], anchor: str = "") -> Part:
    """Tokens as a part of a document."""
    return Part(FIELD, " ".join(found), anchor)


def signed(document: Document) -> Document:
    """The document with the signatures of blocks in its prose; those of snippets and files come from their rows."""
    found = [
        part_of(tokens(signature(part.text[:MAX_SIGNED])), part.anchor)
        for part in document.parts
        if part.field in _PROSE and _BLOCK.search(part.text)
    ]
    extra = tuple(part for part in found if part.text)
    return replace(document, parts=(*document.parts, *extra)) if extra else document


def is_shown(part: Part) -> bool:
    """Whether a part is for people."""
    return part.field != FIELD


def form_of(token: str) -> str:
    """A token as the index holds it."""
    return MARK + token


def is_token(text: str) -> bool:
    """Whether a term is a part of a signature and no word."""
    return text.startswith(PREFIX)


def weight(token: str) -> float:
    """What a token counts in a ranking, words counting 1."""
    return weight_of(token)


def why(term: str) -> str:
    """A matched term in words for people: "same stack", "exception keyerror"; a plain word as it is."""
    if not is_token(term):
        return term
    kind, _, rest = term.removeprefix(PREFIX).partition(":")
    return _WHY.get(kind) or f"{_NAMED.get(kind, 'same')} {rest}"
