"""A query that was read: what has to hold, what ranks, what was understood and what was not."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from search.query.tree import Clause, Not, Phrase, Plain, Words


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood part of a query, and the query without it, so that a click can take it away.

    `name` and `values` say which filter it is and what it lets through; both are empty for words and phrases.
    """

    text: str
    without: str
    name: str = field(default="", compare=False)
    values: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. One clause of each `required` group has to hold, and none of `excluded`; words rank.

    `within` are the fields of a record in which its words and phrases have to stand; empty for anywhere.
    """

    text: str = ""
    words: str = ""
    required: tuple[tuple[Clause, ...], ...] = ()
    excluded: tuple[Plain, ...] = ()
    numbers: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    within: frozenset[str] = frozenset()
    is_paste: bool = False
    # The word that is still being typed: longer ones that begin so are looked for as well.
    unfinished: str = ""
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

    @property
    def reads_text(self) -> bool:
        """Tell whether an index alone can't say which records fulfil this: the order of words and their places."""
        clauses: list[Any] = [*self.excluded, *(clause for group in self.required for clause in group)]
        bare = [clause.clause if isinstance(clause, Not) else clause for clause in clauses]
        return bool(self.within) or any(isinstance(clause, Phrase) for clause in bare)

    @property
    def ranking(self) -> str:
        """The text that ranks: the plain words, and those that every answer has anyway."""
        texts = [self.words]
        for group in self.required:
            if all(isinstance(clause, Phrase | Words) for clause in group):
                texts.extend(clause.text for clause in group if isinstance(clause, Phrase | Words))
        return " ".join(dict.fromkeys(filter(None, texts)))

    def without_phrases(self) -> "Query":
        """The same query with its phrases and places as plain words, for when no record has them as they stand."""
        texts = " ".join(phrase.text for phrase in self.phrases)
        groups = (tuple(c for c in group if not isinstance(c, Phrase | Words)) for group in self.required)
        return replace(
            self,
            words=f"{self.words} {texts}".strip(),
            required=tuple(g for g in groups if g),
            within=frozenset(),
        )
