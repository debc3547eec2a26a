"""From typed text to a query. What isn't understood is searched as text; a pasted text is text through and through."""

import re
from dataclasses import replace
from datetime import date

from search.query import filters
from search.query.dates import ACCEPTED, day_before, day_of
from search.query.model import Chip, Query
from search.query.pieces import Piece, pieces_of
from search.query.tree import (
    Both,
    Clause,
    Either,
    Filter,
    Leaf,
    Negated,
    Node,
    Not,
    Phrase,
    Text,
    TooManyError,
    Words,
    groups_of,
)

MAX_TEXT = 1_000_000
MAX_TYPED = 400
MAX_CLAUSES = 50
MAX_NUMBERS = 5
MAX_NOTES = 4

# A record's number as people type it: INC-42, inc42; "inc 42" where nothing else is asked.
_NUMBER = re.compile(r"([A-Za-z]{2,10})-?(\d{1,12})")
# "#42", of whatever kind.
_BARE_NUMBER = re.compile(r"#\d{1,12}")
_NUMBER_APART = re.compile(r"([A-Za-z]{2,10}) (\d{1,12})")
# One line that nobody types: an object of JSON, or a line of a log that begins with its time.
_LOGGED = re.compile(
    r"""\[?\{\s*"[^"\n]*"\s*:.*[}\]]
    |[\[(<"]?\d{4}[-/.]\d\d?[-/.]\d\d?[T\s_]\s?\d\d?:\d\d\S*\s.*\S
    |[A-Z][a-z]{2}\s{1,2}\d{1,2}\s\d\d:\d\d:\d\d\s.*\S""",
    re.VERBOSE,
)
# A word before a colon that is part of an address, a path or a name of code is no misspelled filter.
_NO_FILTER = re.compile(r"(?:https?|ftp|file|s3|jdbc|[A-Z].*):.*|[^:]*:[/:\\\d].*", re.DOTALL)


def parse(text: str, *, me: str = "", today: date | None = None) -> Query:
    """Read a query; never raises. `me` is whom `by:me` means; `today` is what `after:30d` counts from."""
    text = text[:MAX_TEXT].replace("\x00", " ")
    stripped = text.strip()
    if "\n" in stripped or len(stripped) > MAX_TYPED or _LOGGED.fullmatch(stripped):
        return Query(text=text, words=stripped, is_paste=True)
    return _Parser(stripped, me, today or date.today()).query()  # noqa: DTZ011 - records have days of UTC as well


class _Parser:
    """One pass over a typed query."""

    def __init__(self, text: str, me: str, today: date) -> None:
        self.text = text
        self.me = me
        self.today = today
        self.pieces = pieces_of(text)
        self.at = 0
        self.chips: list[Chip] = []
        self.notes: list[str] = []
        self.after: date | None = None
        self.before: date | None = None
        self.within: frozenset[str] = frozenset()

    def query(self) -> Query:
        root = self.every(depth=0)
        query = Query(
            text=self.text,
            after=self.after,
            before=self.before,
            within=self.within,
            chips=tuple(self.chips),
            notes=tuple(dict.fromkeys(self.notes))[:MAX_NOTES],
        )
        return _completed(_with_tree(query, root))

    def every(self, depth: int) -> Both:
        """Things beside each other, up to a closing parenthesis or the end."""
        nodes: list[Node] = []
        while (piece := self.piece()) and not (piece.kind == "close" and depth):
            nodes.extend(self.either(depth))
        return Both(tuple(nodes))

    def either(self, depth: int) -> list[Node]:
        """One thing, or several with "or" between them; nothing where what was typed says nothing by itself."""
        first = self.unit(depth)
        found = [first] if first else []
        is_meant = depth > 0
        while (piece := self.piece()) and piece.kind == "or":
            self.at += 1
            after = self.piece()
            if after is None or after.kind in {"close", "or"}:
                continue
            is_meant = is_meant or piece.text != "or"
            unit = self.unit(depth)
            found += [unit] if unit else []
        if len(found) < 2:
            return found
        only_words = all(isinstance(node, Text) for node in found)
        return [Either(tuple(found), is_meant or not only_words)]

    def unit(self, depth: int) -> Node | None:
        piece = self.pieces[self.at]
        self.at += 1
        if piece.kind == "open":
            return self.group(piece, depth)
        if piece.kind == "filter":
            return self.filter(piece)
        if piece.kind == "phrase":
            self.chip(piece)
            return _signed(Leaf(Phrase(piece.value)), minus=piece.minus)
        if piece.kind in {"or", "close"}:
            return None
        if piece.minus:
            self.chip(piece)
            return Negated(Leaf(Words(piece.value)))
        return Text(piece.text)

    def group(self, piece: Piece, depth: int) -> Node | None:
        inside = self.every(depth + 1)
        closing = self.piece()
        if closing and closing.kind == "close":
            self.at += 1
        nodes = inside.nodes
        if not nodes:
            return None
        return _signed(nodes[0] if len(nodes) == 1 else inside, minus=piece.minus)

    def filter(self, piece: Piece) -> Node | None:
        name = filters.canonical(piece.name)
        if not name:
            self.unknown(piece)
            return Text(piece.text)
        if name in filters.DAY_NAMES:
            return self.day(name, piece)
        if name == "in":
            return self.place(piece)
        found = filters.read(name, piece.value, me=self.me)
        if isinstance(found, filters.Refused):
            return self.refused(piece, name, found.accepted)
        self.chip(piece, name, () if piece.minus else _values(found))
        return _signed(found, minus=piece.minus)

    def day(self, name: str, piece: Piece) -> Node | None:
        day = day_of(piece.value, today=self.today)
        # "Not after the first" is "before the first".
        is_first = (name == "after") != piece.minus
        last = day_before(day) if day and not is_first else day
        if day is None or last is None:
            return self.refused(piece, name, ACCEPTED)
        if is_first:
            self.after = day
        else:
            self.before = last
        self.chip(piece, name)
        return None

    def place(self, piece: Piece) -> Node | None:
        found = filters.places(piece.value)
        if isinstance(found, filters.Refused) or piece.minus:
            return self.refused(piece, "in", filters.accepted_by("in"))
        self.within |= found
        self.chip(piece, "in")
        return None

    def refused(self, piece: Piece, name: str, accepted: str) -> Text:
        self.notes.append(f"“{piece.text}” was searched as text. {name}: takes {accepted}.")
        return Text(piece.text)

    def unknown(self, piece: Piece) -> None:
        if not _NO_FILTER.fullmatch(piece.text.removeprefix("-")):
            names = ", ".join(f"{name}:" for name in filters.NAMES)
            self.notes.append(f"“{piece.text}” was searched as text: there is no {piece.name}:, but there are {names}.")

    def chip(self, piece: Piece, name: str = "", values: tuple[str, ...] = ()) -> None:
        without = f"{self.text[: piece.begin]} {self.text[piece.end :]}"
        self.chips.append(Chip(piece.text, " ".join(without.split()), name, values))

    def piece(self) -> Piece | None:
        return self.pieces[self.at] if self.at < len(self.pieces) else None


def _with_tree(query: Query, root: Both) -> Query:
    """What the tree asks for, as words that rank, groups that are required, and what must not be."""
    words: list[str] = []
    required: list[tuple[Clause, ...]] = []
    notes = list(query.notes)
    for node in root.nodes:
        if isinstance(node, Text):
            words.append(node.text)
        elif isinstance(node, Either) and not node.is_meant:
            words.extend(child.text for child in node.nodes if isinstance(child, Text))
        else:
            try:
                required.extend(groups_of(node, MAX_CLAUSES))
            except TooManyError:
                notes.append("There are too many conditions in parentheses; their words were searched as text.")
                words.extend(_texts(node))
    lone = [group[0].clause for group in required if len(group) == 1 and isinstance(group[0], Not)]
    groups = [group for group in required if not (len(group) == 1 and isinstance(group[0], Not))]
    if len(groups) > MAX_CLAUSES or len(lone) > MAX_CLAUSES:
        notes.append(f"More than {MAX_CLAUSES} conditions; the first {MAX_CLAUSES} were used.")
    return replace(
        query,
        words=" ".join(words),
        required=tuple(groups[:MAX_CLAUSES]),
        excluded=tuple(lone[:MAX_CLAUSES]),
        notes=tuple(notes),
    )


def _completed(query: Query) -> Query:
    """With numbers pinned, and words bound to the places that `in:` names."""
    words = query.words.split()
    found = [_NUMBER_APART.fullmatch(query.words.strip()), *map(_NUMBER.fullmatch, words)]
    named = [f"{match[1]}-{match[2]}".casefold() for match in found if match]
    numbers = (*named, *filter(_BARE_NUMBER.fullmatch, words))[:MAX_NUMBERS]
    if not query.within:
        return replace(query, numbers=numbers)
    groups = tuple((Words(word),) for word in dict.fromkeys(query.words.split()))
    has_text = groups or any(isinstance(c, Phrase | Words) for group in query.required for c in group)
    if not has_text:
        note = "in: says where the other words have to stand; there are none."
        return replace(query, numbers=numbers, within=frozenset(), notes=(*query.notes, note))
    return replace(query, numbers=numbers, required=(*query.required, *groups)[:MAX_CLAUSES])


def _texts(node: Node) -> list[str]:
    if isinstance(node, Text):
        return [node.text]
    if isinstance(node, Leaf):
        return [node.clause.value if isinstance(node.clause, Filter) else node.clause.text]
    if isinstance(node, Negated):
        return []
    return [text for child in node.nodes for text in _texts(child)]


def _values(node: Node) -> tuple[str, ...]:
    """The values of a filter's node, for what is marked as chosen."""
    if isinstance(node, Leaf):
        return (node.clause.value,) if isinstance(node.clause, Filter) else (node.clause.text,)
    return tuple(value for child in node.nodes for value in _values(child)) if isinstance(node, Either) else ()


def _signed(node: Node, *, minus: bool) -> Node:
    return Negated(node) if minus else node
