"""The query language: words, "phrases", -not, or, and name:value filters. Nothing typed is ever an error.

What isn't understood is searched as text. A pasted text (several lines, or very long) is text through and through.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

MAX_TEXT = 1_000_000
MAX_TYPED = 400
MAX_CLAUSES = 50

# Filter names, and what else people type for them.
FACT_NAMES = {
    "service": "service",
    "services": "service",
    "severity": "severity",
    "sev": "severity",
    "status": "status",
    "state": "status",
    "tag": "tag",
    "tags": "tag",
    "kind": "kind",
    "type": "kind",
    "cause": "cause",
    "year": "year",
    "number": "number",
}
_DAY_NAMES = {"after": "after", "since": "after", "before": "before", "until": "before"}

_PIECE = re.compile(
    r"""(?P<minus>(?<!\S)-)?
    (?:(?P<name>[A-Za-z]{2,12}):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))
    |"(?P<phrase>[^"]+)"
    |(?P<word>\S+))""",
    re.VERBOSE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_NUMBER = re.compile(r"[A-Za-z]{2,10}-\d{1,12}")


@dataclass(frozen=True, slots=True)
class Filter:
    """A record must have this fact (or must not)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A record must hold these words next to each other (or must not)."""

    text: str


Clause = Filter | Phrase


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood part of a query, and the query without it, so that a click can take it away."""

    text: str
    without: str


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. One clause of each `required` group has to hold, and none of `excluded`; words rank."""

    text: str = ""
    words: str = ""
    required: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Clause | str, ...] = ()
    numbers: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    is_paste: bool = False
    chips: tuple[Chip, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked at all."""
        return not (self.words.strip() or self.required or self.excluded or self.after or self.before)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every phrase that has to hold."""
        return tuple(clause for group in self.required for clause in group if isinstance(clause, Phrase))

    @property
    def excluded_phrases(self) -> tuple[Phrase, ...]:
        """Every phrase that must not stand in a record."""
        return tuple(clause for clause in self.excluded if isinstance(clause, Phrase))

    def without_phrases(self) -> "Query":
        """The same query with its phrases as plain words, for when no record has them as they stand."""
        texts = " ".join(phrase.text for phrase in self.phrases)
        groups = (tuple(c for c in group if not isinstance(c, Phrase)) for group in self.required)
        return replace(self, words=f"{self.words} {texts}".strip(), required=tuple(g for g in groups if g))


def parse(text: str) -> Query:
    """Read a query; never raises."""
    text = text[:MAX_TEXT].replace("\x00", " ")
    stripped = text.strip()
    if "\n" in stripped or len(stripped) > MAX_TYPED:
        return Query(text=text, words=stripped, is_paste=True)
    return _Reading(stripped).query()


class _Reading:
    """One pass over a typed query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.required: list[tuple[Clause, ...]] = []
        self.excluded: list[Clause | str] = []
        self.chips: list[Chip] = []
        self.notes: list[str] = []
        self.after: date | None = None
        self.before: date | None = None
        self.either = False

    def query(self) -> Query:
        for match in _PIECE.finditer(self.text):
            self.take(match)
        return Query(
            text=self.text,
            words=" ".join(self.words),
            required=tuple(self.required[:MAX_CLAUSES]),
            excluded=tuple(self.excluded[:MAX_CLAUSES]),
            numbers=tuple(word.casefold() for word in self.words if _NUMBER.fullmatch(word))[:5],
            after=self.after,
            before=self.before,
            chips=tuple(self.chips),
            notes=tuple(self.notes),
        )

    def take(self, match: re.Match[str]) -> None:
        whole, minus = match.group(), bool(match["minus"])
        if whole.casefold() in {"or", "|", "||"} and not minus:
            self.either = bool(self.required)
            return
        if match["name"]:
            value = match["quoted"] if match["quoted"] is not None else match["value"]
            if self.filter(match["name"].casefold(), value, minus):
                self.chip(match)
                return
        elif match["phrase"] and self.clause(Phrase(match["phrase"]), minus):
            self.chip(match)
            return
        elif minus and match["word"]:
            self.excluded.append(match["word"])
            self.chip(match)
            return
        self.either = False
        self.words.append(whole)

    def filter(self, name: str, value: str, minus: bool) -> bool:
        if name in FACT_NAMES and value.strip():
            values = [part.strip() for part in value.split(",") if part.strip()]
            return self.clause(*(Filter(FACT_NAMES[name], part) for part in values), minus=minus) if values else False
        if name in _DAY_NAMES and not minus:
            return self.day(_DAY_NAMES[name], value)
        return False

    def clause(self, *clauses: Clause | bool, minus: bool = False) -> bool:
        found = tuple(clause for clause in clauses if isinstance(clause, Filter | Phrase))
        minus = minus or True in clauses
        if minus:
            self.excluded.extend(found)
        elif self.either:
            self.required[-1] = (*self.required[-1], *found)
        else:
            self.required.append(found)
        self.either = False
        return True

    def day(self, which: str, value: str) -> bool:
        day = _day(value, last=which == "before")
        if day is None:
            self.notes.append(f"“{which}:{value}” is no date such as 2026-01 and was searched as text.")
            return False
        if which == "after":
            self.after = day
        else:
            self.before = day
        return True

    def chip(self, match: re.Match[str]) -> None:
        without = f"{self.text[: match.start()]} {self.text[match.end() :]}"
        self.chips.append(Chip(match.group(), " ".join(without.split())))


def _day(value: str, *, last: bool) -> date | None:
    """A year, month or day as its first day; as the day before it begins for `before:`."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    try:
        found = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        return found - timedelta(days=1) if last else found
    except (ValueError, OverflowError):
        return None
