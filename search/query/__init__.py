"""The query language: words, "phrases", -not, or, parentheses, name:value. Nothing typed is ever an error."""

from search.query.model import Chip, Query
from search.query.parsing import MAX_CLAUSES, MAX_TEXT, MAX_TYPED, parse
from search.query.tree import Clause, Filter, Not, Phrase, Words

__all__ = [
    "MAX_CLAUSES",
    "MAX_TEXT",
    "MAX_TYPED",
    "Chip",
    "Clause",
    "Filter",
    "Not",
    "Phrase",
    "Query",
    "Words",
    "parse",
]
