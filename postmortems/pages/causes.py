"""Contributing factors as pages show them: the tree of "why?", what shows each, and how each can be moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.safestring import SafeString

from accounts.models import User
from incidents.models import Incident
from postmortems.models import DEPTH_LIMIT, FACTOR_KIND_MEANING, ContributingFactor, FactorKind
from postmortems.pages.citations import Citations
from postmortems.references import REFERENCE, reference_of
from postmortems.wording import NAMES_LIMIT, Hint, hint_for


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """One thing that shows a factor. Gone and hidden look the same."""

    token: str
    label: str
    url: str
    is_link: bool

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted, or is not shared with the reader."""
        return not self.url


@dataclass(slots=True)
class ShownFactor:
    """One factor with its number (2.1 answers why 2 was), and the answers under it."""

    row: ContributingFactor
    number: str
    depth: int
    html: SafeString
    evidence: list[ShownEvidence]
    hint: Hint | None
    moves: tuple[str, ...] = ()
    answers: list["ShownFactor"] = field(default_factory=list)

    @property
    def kind_meaning(self) -> str:
        """What its kind says, in a sentence."""
        return FACTOR_KIND_MEANING[FactorKind(self.row.kind)] if self.row.kind else ""

    @property
    def can_be_asked(self) -> bool:
        """Whether there is room for another "why?" under it."""
        return self.depth < DEPTH_LIMIT


@dataclass(frozen=True, slots=True)
class Causes:
    """All factors of a postmortem: those on top, each with its answers."""

    roots: list[ShownFactor]
    citations: Citations | None = None

    def __bool__(self) -> bool:
        return bool(self.roots)

    def all(self) -> Iterator[ShownFactor]:
        """Every factor, each before its answers."""
        waiting = self.roots[::-1]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.answers))


def read_causes(
    factors: Iterable[ContributingFactor], *, incident: Incident, reader: User, is_writing: bool = False
) -> Causes:
    """The tree as `reader` sees it, with hints about wording for a writer. No query without factors; else a number that
    the kinds of evidence decide."""
    rows = list(factors)
    if not rows:
        return Causes([])
    citations = Citations([f"{row.text}\n{_typed(row)}" for row in rows], reader=reader, incident=incident)
    names = known_names() if is_writing else []
    children: dict[int | None, list[ContributingFactor]] = defaultdict(list)
    ids = {row.pk for row in rows}
    for row in rows:
        children[row.parent_id if row.parent_id in ids else None].append(row)
    causes = Causes([], citations)
    waiting: list[tuple[list[ShownFactor], int | None, str, int]] = [(causes.roots, None, "", 1)]
    while waiting:
        target, parent, prefix, depth = waiting.pop()
        group = children[parent]
        for place, row in enumerate(group, 1):
            shown = ShownFactor(
                row=row,
                number=f"{prefix}{place}",
                depth=depth,
                html=citations.html(row.html("text")),
                evidence=[_shown(token, citations) for token in row.references],
                hint=hint_for(row.text, names) if is_writing and not row.is_wording_kept else None,
                moves=_moves(place, len(group), depth) if is_writing else (),
            )
            target.append(shown)
            waiting.append((shown.answers, row.pk, f"{shown.number}.", depth + 1))
    return causes


def known_names() -> list[str]:
    """What people here are called: shown names and user names; one query."""
    people = User.objects.filter(~Q(username="")).order_by("pk")[:NAMES_LIMIT]
    rows = people.values_list("username", "display_name", "first_name", "last_name")
    return [
        name
        for username, shown, first, last in rows
        for name in (username, shown, f"{first} {last}".strip())
        if len(name) > 2
    ]


def _moves(place: int, of: int, depth: int) -> tuple[str, ...]:
    fits = {"up": place > 1, "down": place < of, "in": place > 1 and depth < DEPTH_LIMIT, "out": depth > 1}
    return tuple(name for name, possible in fits.items() if possible)


def _typed(row: ContributingFactor) -> str:
    return " ".join(f"[[{token}]]" for token in row.references if "://" not in token)


def _shown(token: str, citations: Citations) -> ShownEvidence:
    if "://" in token:
        return ShownEvidence(token, token, token, is_link=True)
    match = REFERENCE.fullmatch(f"[[{token}]]")
    source = citations.source(reference_of(match)) if match else None
    if match is None or source is None:
        return ShownEvidence(token, token, "", is_link=False)
    reference = reference_of(match)
    return ShownEvidence(token, source.label(reference), source.url(reference), is_link=False)
