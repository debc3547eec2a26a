"""Colours for code by Pygments: runs in the child process only, because many lexers take quadratic time."""

import json
from collections.abc import Mapping
from functools import lru_cache

from django.utils.html import escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType

from hindsight.lib.diffs import paint_diff
from hindsight.lib.languages import BY_KEY, normalise_language

_OPTIONS: dict[str, dict[str, object]] = {"php": {"startinline": True}}


def job(options: Mapping[str, object], body: bytes) -> bytes:
    """Colour code in the child process; the answer is a JSON list of lines, or null for an unknown language."""
    return json.dumps(paint(body.decode(), str(options["language"]))).encode()


def paint(code: str, language: str) -> list[str] | None:
    """Return one HTML string a line, every span closed in its line; None when the language has no colours.

    Lines end at LF; the text of the lines is the code's, character by character.
    """
    if normalise_language(language) == "diff":
        return paint_diff(code, paint)
    lexer = _lexer(normalise_language(language))
    if lexer is None:
        return None
    whole = code if code.endswith("\n") else code + "\n"
    # Not get_tokens(): that strips and rewrites line ends, and every line must keep its number.
    tokens = [(kind, value) for _, kind, value in lexer.get_tokens_unprocessed(whole)]
    if "".join(value for _, value in tokens) != whole:
        # A few lexers drop or repeat words of odd input; evidence must not change for its colours.
        return None
    return _lines(tokens)[:-1]


def _lines(tokens: list[tuple[_TokenType, str]]) -> list[str]:
    lines: list[list[str]] = [[]]
    for kind, value in tokens:
        first, *others = value.split("\n")
        lines[-1].append(_span(kind, first))
        lines.extend([_span(kind, part)] for part in others)
    return ["".join(parts) for parts in lines]


def _span(kind: _TokenType, text: str) -> str:
    if not text:
        return ""
    name = _class_name(kind)
    return f'<span class="{name}">{escape(text)}</span>' if name and not text.isspace() else str(escape(text))


@lru_cache(maxsize=512)
def _class_name(kind: _TokenType) -> str:
    """Return the short class of the nearest token type that has one."""
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    return STANDARD_TYPES.get(kind, "")


@lru_cache(maxsize=8)
def _lexer(key: str) -> Lexer | None:
    language = BY_KEY.get(key)
    if language is None or not language.lexer:
        return None
    return get_lexer_by_name(language.lexer, **_OPTIONS.get(key, {}))
