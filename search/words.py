"""The code-aware splitter: one function that cuts documents and queries into the same words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

from whoosh.lang.porter import stem as porter

Role = Literal["whole", "piece", "prose"]

# What a prose word is compared by stands in the index behind this mark, so that a stem is never taken for a word.
STEM_MARK = "~"

_TOKEN = re.compile(r"\w+(?:[.\-:/@]\w+)*")
_SEPARATOR = re.compile(r"[.\-:/@]+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\WA-Za-z\d_]+")
_HEX = re.compile(r"(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{6,}")
_PROSE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# Scripts that write no spaces are found by pairs of characters.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")

MAX_WHOLE = 100
MAX_PIECE = 40
# Of a longer text no list of all tokens is made.
_LONG = 100_000

_STOP_WORDS = """
a about after again all also although am an and any are as at be because been before being both but by can could
did do does doing done each even every for from further get got had has have having he her here him his how i if
in into is it its itself just may me might more most must my no nor not now of off on once only or other our out
over own same she should so some still such than that the their them then there these they this those though
through to too under until upon us very was we were what when where whether which while who whom why will with
would yet you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Word:
    """One searchable word: "whole" (a token as written), "piece" (a part of one that is no prose) or "prose"."""

    text: str
    role: Role
    # What a prose word is compared by; "" for everything else, which is compared as it stands.
    stem: str = ""


def normal(text: str) -> str:
    """Text in the one Unicode form that documents and queries are compared in."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def tokens(text: str) -> Iterator[str]:
    """The tokens of a text as they are written: words, identifiers, paths, addresses."""
    for match in _TOKEN.finditer(normal(text)):
        yield match.group()


def first_tokens(text: str, limit: int | None) -> list[str]:
    """The first `limit` tokens of a text, or all; those of an ordinary one at once, which is faster than one by one."""
    return list(islice(tokens(text), limit)) if len(text) > _LONG else _TOKEN.findall(normal(text))[:limit]


def index_words(text: str) -> Iterator[str]:
    """What a document's text puts into an index, with repetitions."""
    for match in _TOKEN.finditer(normal(text)):
        yield from index_words_of(match.group())


@lru_cache(maxsize=30_000)
def index_words_of(token: str) -> tuple[str, ...]:
    """What one token puts into an index; `index_words` of a text is these of its tokens."""
    found: list[str] = []
    for word in words_of(token):
        found.append(word.text)
        if word.stem and word.stem != word.text:
            found.append(STEM_MARK + word.stem)
    return tuple(found)


@lru_cache(maxsize=20_000)
def words_of(token: str) -> tuple[Word, ...]:
    """Everything that one token is found by, the token itself first."""
    if _PROSE.fullmatch(token):
        return _prose(token)
    found: dict[str, Word] = {}
    if 1 < len(token) <= MAX_WHOLE:
        whole = token.lower()
        found[whole] = Word(whole, "whole")
    for part in _SEPARATOR.split(token):
        for word in _words_of_part(part):
            found.setdefault(word.text, word)
    for run in _UNSPACED.findall(token):
        for at in range(len(run) - 1):
            word = Word(run[at : at + 2], "piece")
            found.setdefault(word.text, word)
    return tuple(found.values())


@lru_cache(maxsize=30_000)
def _words_of_part(part: str) -> tuple[Word, ...]:
    """What stands between two separators: the parts of names and addresses come again and again."""
    found = (_prose(piece) if _PROSE.fullmatch(piece) else _plain(piece) for piece in _pieces(part))
    return tuple(word for words in found for word in words)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case prose word; short words stay as they are."""
    return word if len(word) < 4 else str(porter(word))


@lru_cache(maxsize=50_000)
def _prose(token: str) -> tuple[Word, ...]:
    low = token.lower()
    if len(low) < 2 or low in STOP_WORDS or len(low) > MAX_PIECE:
        return ()
    return (Word(low, "prose", stem(low)),)


def _plain(piece: str) -> tuple[Word, ...]:
    low = piece.lower()
    return (Word(low, "piece"),) if 1 < len(low) <= MAX_PIECE else ()


def _pieces(part: str) -> Iterator[str]:
    if part:
        yield part
    for piece in filter(None, part.split("_")):
        yield piece
        if not _HEX.fullmatch(piece.lower()):
            camel = _CAMEL.findall(piece)
            yield from camel if len(camel) > 1 else ()
