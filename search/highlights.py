"""Where a result matched: stretches of the database's text with the matched words marked."""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from html import escape
from itertools import accumulate
from typing import TypeAlias

from django.utils.safestring import SafeString

from search.documents import Part, address_of
from search.engines.protocol import Term
from search.quoting import FAR, quoted
from search.signing import MARK
from search.words import STEM_MARK, normal, tokens, words_of

WINDOW = 220
MAX_HIGHLIGHTS = 3
# So much text on either side of a window is rid of markdown's signs with it.
MARGIN = 250
# Of a document's parts, those that hold most different words, so many, are looked at closely.
MAX_PARTS = 8
# A log of megabytes is looked at up to here only.
MAX_READ = 200_000
# So many places of one word are looked at in one text.
MAX_SPANS = 60
# Shown in a result's own lines, so not cut out again.
_SHOWN = {"number", "title", "service", "tag", "person"}
_VERBATIM = {"code", "log", "attachment", "link"}
# Markdown's signs, which say nothing in a stretch cut out of its text: at the beginning of a line, in the place of one,
# and anywhere. Apart, because a pattern that may begin with any of them is tried at every letter.
_LEAD = re.compile(r"\s*(?:(?:#{1,6}|[*+-]|\d+\.)(?:\s+|$)|>[>\s]*)")
_RULE = re.compile(r"\s*\|?[\s:|-]+\|\s*")
_SIGNS = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\s]{1,2000}\)|\*\*|__|`+")
# Begin, end and word of a match.
Span: TypeAlias = tuple[int, int, str]
_WORD = re.compile(r"\w+")
_EDGE = "\0"


@dataclass(frozen=True, slots=True)
class Highlight:
    """One matching stretch: the field, what it is called, safe HTML, and the place that it opens at."""

    field: str
    label: str
    html: SafeString
    anchor: str
    # Quotes the words that stand far below the beginning of that place (search/quoting.py).
    words: str = ""

    @property
    def address(self) -> str:
        """What follows the record's address in a link: see `address_of`."""
        return f"{address_of(self.anchor)}{self.words}"


class Marker:
    """Finds and marks the words of one query in any number of texts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        # No text holds a signature's tokens.
        forms = ((form, term.text) for term in terms for form in term.forms if not form.startswith(MARK))
        self._forms = {form: text.lstrip("=") for form, text in forms}
        self._fragments = {fragment for form in self._forms if (fragment := _fragment(form))}
        # A word that holds a shorter one stands where the shorter one is found; what is joined by signs is found whole.
        self._short = [
            one
            for one in self._fragments
            if not (_WORD.fullmatch(one) and any(o != one and o in one for o in self._fragments))
        ]
        self._known: dict[str, str] = {}

    def spans(self, text: str) -> list[Span]:
        """Begin, end and word of every match in a text, in order, none over another."""
        text = text[:MAX_READ]
        low = _low(text)
        found: dict[int, Span] = {}
        for fragment in self._short:
            at, times = low.find(fragment), 0
            while at >= 0 and times < MAX_SPANS:
                begin, end = _run(low, at, at + len(fragment))
                word = self._word(low[begin:end], text[begin:end])
                if word and (begin not in found or found[begin][1] < end):
                    found[begin] = (begin, end, word)
                at, times = low.find(fragment, end), times + 1
        return _apart(sorted(found.values()))

    def holds(self, text: str) -> int:
        """At most how many different words a text matches; far cheaper than finding where."""
        low = _low(text)
        return sum([fragment in low for fragment in self._fragments])

    def mark(self, text: str) -> SafeString:
        """A whole short text, escaped, with its matches marked."""
        return _marked(text, self.spans(text), 0, len(text))

    def _word(self, low: str, written: str) -> str:
        if written not in self._known:
            self._known[written] = self._forms.get(low, "") or self._word_of_pieces(written)
        return self._known[written]

    def _word_of_pieces(self, written: str) -> str:
        for token in tokens(written):
            for word in words_of(token):
                for form in (word.text, STEM_MARK + word.stem if word.stem != word.text else "", word.stem):
                    if form in self._forms and (form == word.text or len(form) > 2):
                        return self._forms[form]
        return ""


def cut(parts: Iterable[Part], marker: Marker, limit: int = MAX_HIGHLIGHTS) -> tuple[Highlight, ...]:
    """Those of a document's parts that match most different words, the best first, each cut to a window."""
    promising = deque(_promising(parts, marker))
    found: list[tuple[int, int, Part, str, list[Span]]] = []
    different_ones: dict[str, Highlight] = {}
    while len(different_ones) < limit:
        # A text is read closely only while it may hold more than the best of those that were.
        while promising and (not found or promising[0][:2] < found[0][:2]):
            _, at, part, text = promising.popleft()
            spans = marker.spans(text)
            if spans:
                heappush(found, (-_densest(spans)[1], at, part, text, spans))
        if not found:
            break
        _, _, part, text, spans = heappop(found)
        highlight = _highlight(part, text, spans)
        # A summary often stands in the record and in its postmortem.
        if highlight:
            different_ones.setdefault(str(highlight.html), highlight)
    return tuple(different_ones.values())


def _promising(parts: Iterable[Part], marker: Marker) -> list[tuple[int, int, Part, str]]:
    """The parts that may match most different words, each with its place and its text."""
    found = []
    for at, part in enumerate(parts):
        if part.field not in _SHOWN and part.text:
            text = normal(part.text[:MAX_READ])
            holds = marker.holds(text)
            if holds:
                found.append((-holds, at, part, text))
    found.sort(key=lambda row: row[:2])
    return found[:MAX_PARTS]


def _low(text: str) -> str:
    """A text in small letters, each at its place: a rare letter has a longer small form."""
    low = text.lower()
    return low if len(low) == len(text) else text


def _plain(text: str, spans: Iterable[Span]) -> tuple[str, list[Span]]:
    """A text without its markdown signs, on one line; and those of its matches that are still in it."""
    words = {text[begin:end]: word for begin, end, word in spans}
    parted = _parted(text, spans, 0, len(text))
    # Whoever searched for them again would take longer than for all the rest.
    bare = _SIGNS.sub(r"\1", "\n".join(map(_bare, parted.split("\n"))))
    pieces = " ".join(bare.split()).replace(" | ", " · ").strip(" |").split(_EDGE)
    ends = list(accumulate(map(len, pieces)))
    matches = range(1, len(pieces), 2)
    found = [(ends[at - 1], ends[at], words.get(pieces[at], pieces[at])) for at in matches if pieces[at]]
    return "".join(pieces), found


def _bare(line: str) -> str:
    """A line without the sign that says what it is."""
    lead = _LEAD.match(line)
    if lead:
        return line[lead.end() :]
    return "" if line.endswith("|") and _RULE.fullmatch(line) else line


def _parted(text: str, spans: Iterable[Span], begin: int, end: int) -> str:
    """A stretch of a text with a sign before and after each match, which no text has: every second piece is one."""
    pieces: list[str] = []
    at = begin
    for first, last, _ in spans:
        if first >= at and last <= end:
            pieces += text[at:first], text[first:last]
            at = last
    pieces.append(text[at:end])
    return _EDGE.join(piece.replace(_EDGE, " ") for piece in pieces)


def _surroundings(text: str, begin: int, end: int) -> tuple[int, int]:
    """The lines about a stretch, `MARGIN` characters to either side at most: all that has to be rid of its signs."""
    first, last = max(0, begin - MARGIN), min(len(text), end + MARGIN)
    if first > 0:
        line = text.rfind("\n", first, begin)
        first = line + 1 if line >= 0 else _word_begin(text, first, begin)
    if last < len(text):
        line = text.find("\n", end, last)
        last = line if line >= 0 else _word_end(text, last)
    return first, last


def _highlight(part: Part, text: str, spans: Sequence[Span]) -> Highlight | None:
    """One window of a text; nothing if what matched there was a sign of markdown, such as a link's address."""
    before = after = 0
    begin, end = _window(text, spans)
    words = _words(part, text, _longest(spans, begin, end))
    if part.field not in _VERBATIM:
        before, last = _surroundings(text, begin, end)
        after = len(text) - last
        near = [(at - before, to - before, word) for at, to, word in spans if before <= at and to <= last]
        text, spans = _plain(text[before:last], near)
        if not spans:
            return None
        begin, end = _window(text, spans)
    label = part.label or part.field.replace("_", " ").capitalize()
    html = _marked(text, spans, begin, end)
    lead = "… " if before + begin > 0 else ""
    tail = " …" if after or end < len(text) else ""
    anchor = _line_anchor(part, text, _longest(spans, begin, end)[0])
    return Highlight(part.field, label, SafeString(f"{lead}{html}{tail}"), anchor, words)


def _longest(spans: Sequence[Span], begin: int, end: int) -> Span:
    """The longest match in a window tells most: a whole identifier rather than a piece of one."""
    shown = [span for span in spans if begin <= span[0] and span[1] <= end]
    return max(shown or spans[:1], key=lambda span: span[1] - span[0])


def _words(part: Part, text: str, span: Span) -> str:
    """What leads to a match that its place alone does not show: far below its beginning, or folded under a picture."""
    if part.field in _VERBATIM:
        is_hidden = part.field == "log" and part.anchor.startswith("#attachment-")
    else:
        is_hidden = "#" in part.anchor and span[0] > FAR
    return quoted(text, span[0], span[1]) if is_hidden else ""


def _line_anchor(part: Part, text: str, at: int) -> str:
    """The place that a match opens at; in code and logs it is the line (#snippet-3-L12)."""
    return part.at_line(text.count("\n", 0, at) + 1) if part.field in _VERBATIM else part.anchor


def _window(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """The stretch of about `WINDOW` characters with the most different words."""
    first, last, _ = spans[_densest(spans)[0]]
    begin = _word_begin(text, max(0, first - 40), first)
    end = min(len(text), max(begin + WINDOW, last))
    return begin, _word_end(text, end)


def _densest(spans: Sequence[Span]) -> tuple[int, int]:
    """At which match a window with the most different words begins, and how many those are."""
    if len(spans) == 1:
        return 0, 1
    best, at, last = 0, 0, 0
    # How often each word stands between the first and the last match of the window.
    inside: dict[str, int] = {}
    for first, (begin, _, own) in enumerate(spans[:500]):
        while last < len(spans) and (last < first or spans[last][1] <= begin + WINDOW):
            inside[spans[last][2]] = inside.get(spans[last][2], 0) + 1
            last += 1
        if len(inside) > best:
            best, at = len(inside), first
        inside[own] = inside.get(own, 0) - 1
        if inside[own] <= 0:
            del inside[own]
    return at, best


def _word_begin(text: str, begin: int, latest: int) -> int:
    while 0 < begin < latest and not text[begin - 1].isspace():
        begin += 1
    return begin


def _word_end(text: str, end: int) -> int:
    stop = min(len(text), end + 30)
    while end < stop and not text[end].isspace():
        end += 1
    return end


def _marked(text: str, spans: Iterable[Span], begin: int, end: int) -> SafeString:
    pieces = escape(_parted(text, spans, begin, end)).split(_EDGE)
    pieces[1::2] = [f"<mark>{piece}</mark>" for piece in pieces[1::2]]
    return SafeString("".join(pieces))


def _fragment(form: str) -> str:
    """What a text must contain, at least, to hold this form; a stem's last i may be written as a y."""
    bare = form.removeprefix(STEM_MARK)
    return bare[:-1] if form.startswith(STEM_MARK) and bare.endswith("i") and len(bare) > 3 else bare


def _run(text: str, begin: int, end: int) -> tuple[int, int]:
    """The letters, digits and underlines that a stretch stands in."""
    while begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
        begin -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return begin, end


def _apart(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
