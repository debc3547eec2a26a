"""The sources that other apps register: what they have to be searched, who may see it, how a result reads.

`search` knows no record by name. An app calls `register(source)` in its `AppConfig.ready`; an app above it adds its own
text to those documents with `contribute(kind, contribution)`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from search.documents import Document, Part
from search.signing import signed

Verified: TypeAlias = Literal["verified", "waived", "unproven", "did_not_hold", "none"]

# Accounts are a sibling app, so the person who searches is opaque here: only sources look inside.
Viewer: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Hit:
    """One result as it is shown. Everything in it is read from the database at the moment of the search."""

    kind: str
    id: int
    number: str
    title: str
    url: str
    severity: str = ""
    severity_label: str = ""
    status: str = ""
    status_label: str = ""
    services: tuple[str, ...] = ()
    started_at: datetime | None = None
    root_cause: str = ""
    fix: str = ""
    verified: Verified = "none"
    # What belongs to that state, such as who signed that there can be no proof, and why.
    note: str = ""
    external_id: str = ""
    badges: tuple[str, ...] = ()
    is_private: bool = False
    # What to look at first when it happens again.
    first_checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extra:
    """What a contribution adds to one document. `version` changes whenever any of it does."""

    parts: tuple[Part, ...] = ()
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: str = ""


class Contribution(Protocol):
    """Text that an app adds to the documents of another app's kind."""

    def extras(self, ids: Collection[int]) -> Mapping[int, Extra]:
        """The additions for those ids that have any."""
        ...

    def versions(self) -> Iterator[tuple[int, str]]:
        """(id, version) of every addition, cheaply, in the same words as `Extra.version`."""
        ...


class Source(Protocol):
    """One kind of record that can be found."""

    kind: str
    # What its numbers begin with: "INC" of INC-42.
    prefix: str

    def documents(self, ids: Collection[int]) -> Iterator[Document]:
        """The documents of these ids as they are now; an id that no longer exists is left out."""
        ...

    def all_ids(self) -> Iterator[int]:
        """Every id, ascending."""
        ...

    def versions(self) -> Iterator[tuple[int, str]]:
        """(id, version) of every record, cheaply, in the same words as `Document.version`."""
        ...

    def rights_of(self, viewer: Viewer) -> frozenset[str]:
        """The tokens this person holds, such as "public", "u:3", "t:5", "admin"; empty for nobody."""
        ...

    def visible_ids(self, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Those of `ids` that this person may see, read from the database."""
        ...

    def hits(self, viewer: Viewer, ids: Collection[int]) -> dict[int, Hit]:
        """The results to show for these ids, already limited to what this person may see."""
        ...

    def ids_for_external(self, external_ids: Collection[str]) -> dict[str, int]:
        """The ids that carry these outside names."""
        ...

    def ids_for_number(self, typed: str) -> list[int]:
        """The ids whose number somebody may have typed so: "INC-4", "inc4", "4"; none for other text."""
        ...

    def fallback(self, viewer: Viewer, terms: Sequence[str], limit: int) -> list[int]:
        """Ids found by a plain LIKE over titles and texts, newest first, limited to what this person may see."""
        ...

    def fact_label(self, name: str, value: str) -> str:
        """How a fact's value is written for people ("sev1" is "SEV1")."""
        ...


_sources: dict[str, Source] = {}
# The values that a fact may have, with how each is written for people; for facts that have a closed set of them. One
# that people edit is read anew each time.
Reader: TypeAlias = Callable[[], Mapping[str, str]]
_values: dict[str, dict[str, str] | Reader] = {}
_contributions: dict[str, list[Contribution]] = {}


def register(source: Source) -> None:
    """Make a kind of record searchable. A later source of the same kind takes its place."""
    _sources[source.kind] = source


def contribute(kind: str, contribution: Contribution) -> None:
    """Add text of another app to the documents of `kind`."""
    known = _contributions.setdefault(kind, [])
    if contribution not in known:
        known.append(contribution)


def name_values(name: str, values: Mapping[str, str]) -> None:
    """Say which values a fact may have, in their order, and how each is written for people."""
    known = _values.get(name, {})
    assert not callable(known), f"The values of {name} are read from somewhere."
    _values[name] = {**known, **{str(value): label for value, label in values.items()}}


def read_values(name: str, reader: Reader) -> None:
    """Say who knows which values a fact may have, for a list that people edit; one small query each time."""
    _values[name] = reader


def known_values(name: str) -> dict[str, str]:
    """The values that a fact may have, in their order; empty where any is possible."""
    known = _values.get(name, {})
    return dict(known() if callable(known) else known)


def unregister(kind: str) -> None:
    """Forget a kind and what was added to it."""
    _sources.pop(kind, None)
    _contributions.pop(kind, None)


def sources() -> list[Source]:
    """All registered sources, by kind."""
    return [_sources[kind] for kind in sorted(_sources)]


def source_of(kind: str) -> Source | None:
    """The source of that kind, if some app registered one."""
    return _sources.get(kind)


def documents_of(kind: str, ids: Iterable[int]) -> list[Document]:
    """The complete documents of these ids: the source's own text and what other apps add."""
    source = _sources.get(kind)
    wanted = sorted(set(ids))
    if source is None or not wanted:
        return []
    found = list(source.documents(wanted))
    for contribution in _contributions.get(kind, []):
        extras = contribution.extras([document.id for document in found])
        found = [_extended(document, extras.get(document.id)) for document in found]
    return [signed(document) for document in found]


def versions_of(source: Source) -> dict[int, str]:
    """The version that the index should hold, for every record of a source."""
    versions = dict(source.versions())
    for contribution in _contributions.get(source.kind, []):
        added = dict(contribution.versions())
        versions = {pk: _joined(version, added.get(pk, "")) for pk, version in versions.items()}
    return versions


def _extended(document: Document, extra: Extra | None) -> Document:
    if extra is None:
        return document
    facts = {**document.facts}
    for name, values in extra.facts.items():
        facts[name] = (*facts.get(name, ()), *values)
    version = _joined(document.version, extra.version)
    return replace(document, parts=(*document.parts, *extra.parts), facts=facts, version=version)


def _joined(version: str, added: str) -> str:
    return f"{version}+{added}" if added else version
