"""What a document is filtered by, as an index holds it: its facts and its day."""

from search.documents import Document
from search.engines.protocol import Fact


def facts_of(document: Document) -> list[Fact]:
    """Every fact of a document, its kind of record among them."""
    facts = [Fact(name, value) for name, values in document.facts.items() for value in values if value]
    return [*facts, Fact("record", document.kind)]


def day_of(document: Document) -> int:
    """The day a record began, counted from 0001-01-01; 0 when it is not known."""
    return document.sort_at.date().toordinal() if document.sort_at else 0
