"""Typed text cut into pieces: parentheses, filters, phrases and words, each with its place."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

MAX_DEPTH = 12

_PIECE = re.compile(
    r"""(?P<minus>-)?
    (?:(?P<open>\()
    |(?P<name>[A-Za-z]{2,12}):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))
    |"(?P<phrase>[^"]+)"
    |(?P<word>\S+))""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s+")
_OR = frozenset({"or", "|", "||"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the typed text: a parenthesis, a filter, a phrase or a word."""

    begin: int
    end: int
    text: str
    kind: str
    minus: bool = False
    name: str = ""
    value: str = ""


def pieces_of(text: str) -> list[Piece]:
    """Cut a typed text into pieces. Parentheses count where they stand like parentheses and close again."""
    found: list[Piece] = []
    at, depth = 0, 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        if depth and text[at] == ")":
            found.append(Piece(at, at + 1, ")", "close"))
            at, depth = at + 1, depth - 1
            continue
        match = _PIECE.match(text, at)
        if match is None:
            break
        if match["open"] and (depth >= MAX_DEPTH or not _closes(text, match.end())):
            at = match.end()
            continue
        piece = _piece(match, depth)
        found.append(piece)
        depth += piece.kind == "open"
        at = piece.end
    return _without_idle_groups(_negations(found))


def _piece(match: re.Match[str], depth: int) -> Piece:
    begin, end, minus = match.start(), match.end(), bool(match["minus"])
    if match["open"]:
        return Piece(begin, end, match.group(), "open", minus)
    if match["quoted"] is not None:
        return Piece(begin, end, match.group(), "filter", minus, match["name"], match["quoted"])
    if match["phrase"]:
        return Piece(begin, end, match.group(), "phrase", minus, value=match["phrase"])
    # What closes a group is no part of the last word in it, unless the word opened it itself: f(x).
    whole = match.group()
    spare = max(0, whole.count(")") - whole.count("(")) if depth else 0
    cut = min(spare, len(whole) - len(whole.rstrip(")")), depth)
    whole = whole[: len(whole) - cut]
    end -= cut
    if match["name"] and len(whole) > len(match["name"]) + 1 + minus:
        return Piece(begin, end, whole, "filter", minus, match["name"], whole.split(":", 1)[1])
    if whole.casefold() in _OR:
        return Piece(begin, end, whole, "or")
    bare = whole.removeprefix("-")
    # A lone dash, an option (--force) and a negative number are words.
    is_minus = minus and bool(bare) and bare[0].isalnum() and not bare.isdigit()
    return Piece(begin, end, whole, "word", is_minus, value=bare)


def _closes(text: str, at: int) -> bool:
    return ")" in text[at:]


def _negations(pieces: list[Piece]) -> list[Piece]:
    """NOT before something is a minus; AND between things says nothing that is not said already."""
    found: list[Piece] = []
    for piece, after in pairwise([*pieces, None]):
        if piece is None:
            continue
        is_negated = bool(found) and found[-1].text == "NOT" and found[-1].kind == "word"
        if is_negated and piece.kind in {"word", "filter", "phrase", "open"}:
            before = found.pop()
            value = piece.value if piece.minus else (piece.value or piece.text)
            piece = replace(piece, begin=before.begin, minus=True, value=value, text=f"-{piece.text.removeprefix('-')}")
        if not (piece.text == "AND" and piece.kind == "word" and found and after):
            found.append(piece)
    return found


def _without_idle_groups(pieces: list[Piece]) -> list[Piece]:
    """Leave out the parentheses around mere words, as error messages and sentences have them."""
    opened: list[int] = []
    idle: set[int] = set()
    for at, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(at)
        elif piece.kind == "close" and opened:
            begin = opened.pop()
            inside = pieces[begin + 1 : at]
            if not piece.minus and not pieces[begin].minus and all(p.kind == "word" and not p.minus for p in inside):
                idle |= {begin, at}
    idle.update(opened)
    return [piece for at, piece in enumerate(pieces) if at not in idle]
