"""A source of search's own, so that these tests need no other app, and an index of its own for every test."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from search import indexing, outbox, registry
from search.documents import Document, Part
from search.registry import Hit

# Whoosh runs on either database, the other engine on its own only.
ENGINES = ("whoosh", "postgres") if django_settings.IS_POSTGRES else ("whoosh",)


@dataclass(frozen=True)
class Person:
    """Somebody who searches, with the tokens that they hold."""

    tokens: frozenset[str]
    is_authenticated: bool = True


PUBLIC = Person(frozenset({"public"}))
INSIDER = Person(frozenset({"public", "t:1"}))


@dataclass
class Shelf:
    """A source over a dictionary. `broken` ids raise when their document is built."""

    kind: str = "note"
    prefix: str = "NOTE"
    held: dict[int, Document] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    read: list[int] = field(default_factory=list)

    def put(self, pk: int, title: str, body: str = "", *, rights: str = "public", **facts: str) -> None:
        """Write a record, as a service would: the row and its outbox entry."""
        year = int(facts.pop("year", "2025"))
        values = {name: tuple(value.split(",")) for name, value in facts.items()}
        self.held[pk] = Document(
            kind=self.kind,
            id=pk,
            parts=(
                Part("number", f"NOTE-{pk}"),
                Part("title", title),
                Part("root_cause", body, "#root_cause", "Root cause"),
            ),
            rights=frozenset(rights.split(",")),
            external_id=f"x{pk}",
            facts={**values, "number": (f"NOTE-{pk}",), "year": (str(year),)},
            sort_at=datetime(year, 1, 1, tzinfo=UTC),
            version=str(len(title) + len(body)) + rights,
        )
        outbox.enqueue(self.kind, pk)

    def drop(self, pk: int) -> None:
        """Delete a record."""
        del self.held[pk]
        outbox.enqueue(self.kind, pk)

    def share(self, pk: int, rights: str) -> None:
        """Change who may see a record."""
        self.held[pk] = replace(self.held[pk], rights=frozenset(rights.split(",")), version=f"now {rights}")
        outbox.enqueue(self.kind, pk)

    def documents(self, ids: Collection[int]) -> Iterator[Document]:
        for pk in ids:
            if pk in self.broken:
                raise ValueError(f"{pk} can't be read")
            self.read.append(pk)
            if pk in self.held:
                yield self.held[pk]

    def all_ids(self) -> Iterator[int]:
        return iter(sorted(self.held))

    def versions(self) -> Iterator[tuple[int, str]]:
        return ((pk, document.version) for pk, document in self.held.items())

    def rights_of(self, viewer: Person) -> frozenset[str]:
        return viewer.tokens

    def visible_ids(self, viewer: Person, ids: Collection[int]) -> set[int]:
        return {pk for pk in ids if pk in self.held and self.held[pk].rights & viewer.tokens}

    def hits(self, viewer: Person, ids: Collection[int]) -> dict[int, Hit]:
        return {
            pk: Hit(
                self.kind,
                pk,
                f"NOTE-{pk}",
                self.held[pk].parts[1].text,
                f"/notes/{pk}/",
                external_id=f"x{pk}",
                root_cause=self.held[pk].parts[2].text[:50],
                started_at=self.held[pk].sort_at,
            )
            for pk in self.visible_ids(viewer, ids)
        }

    def ids_for_external(self, external_ids: Collection[str]) -> dict[str, int]:
        return {d.external_id: pk for pk, d in self.held.items() if d.external_id in external_ids}

    def ids_for_number(self, typed: str) -> list[int]:
        number = typed.upper().removeprefix("NOTE-")
        return [int(number)] if number.isascii() and number.isdigit() else []

    def fallback(self, viewer: Person, terms: Sequence[str], limit: int) -> list[int]:
        words = [term.lower() for term in terms]
        found = [
            pk
            for pk in sorted(self.held, reverse=True)
            if not words or any(w in part.text.lower() for w in words for part in self.held[pk].parts)
        ]
        return sorted(self.visible_ids(viewer, found[:limit]), reverse=True)

    def fact_label(self, name: str, value: str) -> str:
        return value.upper() if name == "severity" else value


@pytest.fixture
def shelf(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Shelf:
    """The only source, and an index directory of its own."""
    monkeypatch.setattr(registry, "_sources", {})
    monkeypatch.setattr(registry, "_contributions", {})
    settings.INDEX_DIR = tmp_path / "index"
    settings.SEARCH_ENGINE = "whoosh"
    made = Shelf()
    registry.register(made)
    return made


@pytest.fixture(params=ENGINES)
def either(request: pytest.FixtureRequest, shelf: Shelf, settings: Any) -> str:
    """Each engine that this database can have, in turn."""
    name: str = request.param
    settings.SEARCH_ENGINE = name
    return name


@pytest.fixture
def indexed(shelf: Shelf) -> Callable[[], None]:
    """Bring the index up to date, as the worker does."""

    def run() -> None:
        for _ in range(10):
            if not indexing.drain():
                return

    return run
