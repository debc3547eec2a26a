"""From a parsed query to records in order: index, what was saved since, rights, and the way without an index."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import DatabaseError

from search import matching, planning, registry, without_index
from search.current import engine
from search.documents import Document
from search.engines.protocol import FACETS, Key, Plan, Ranked, Scored, View
from search.models import OutboxEntry
from search.pending import EmptyView, LooseView
from search.query import Query
from search.reading import Reading, readable
from search.registry import Viewer
from search.sharing import sharing
from search.weights import Shares

logger = logging.getLogger(__name__)

# What was saved and not yet indexed is matched in memory, up to so many records; more wait for the index.
MAX_PENDING_MATCHED = 50
# Of so many more it is looked up whether the viewer may still see them; the rest is left out until it is indexed.
MAX_PENDING_CHECKED = 1000
MAX_OFFSET = 1000
# Of records that have words of a pasted text so many more are looked at than are wanted.
PASTE_SPARE = 50
RELAXED_PHRASE = "Nothing has these words next to each other; this is what has them apart."
RELAXED_PLACE = "Nothing has all of these words in that place; this is what has them anywhere."


class _Everything:
    """Somebody who may see every record: the program itself, when it measures."""


EVERYTHING: Final = _Everything()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Records in order, with what is known about the rest; `reading` gives their texts."""

    rows: list[Scored]
    total: int
    is_exact: bool
    facets: dict[str, dict[str, int]]
    plan: Plan
    corrections: dict[str, str]
    engine: str
    notice: str = ""
    notes: tuple[str, ...] = ()
    reading: Reading = field(default_factory=Reading)
    # What the match of a row is made of, where it is more than its words.
    matched: Mapping[Key, Shares] = field(default_factory=dict)


def rank(viewer: Viewer, query: Query, limit: int, *, facets: Sequence[str] = FACETS) -> Ranking:
    """The best `limit` records; from the database, with a notice, when the index can't answer.

    The index knows who may see what, and what changed since is left out of it; whoever shows the rows asks the source
    for them once more, and the source gives those only that this person may see now.
    """
    try:
        return _by_index(viewer, query, limit, facets)
    except DatabaseError:
        raise
    except Exception as problem:
        # A damaged index raises nearly anything; none of it may reach the person who searches.
        logger.warning("Search falls back to the database: %s", problem)
        engine().ask_for_rebuild(str(problem) or type(problem).__name__)
        return _by_database(viewer, query, limit, str(problem) or "the index failed")


def view_of(viewer: Viewer) -> tuple[View, Reading]:
    """The index as this person sees it now, with what was saved and is not in it; anything may be raised."""
    hidden, changed, loose = _pending(viewer)
    view: View = engine().view(_rights(viewer), hidden)
    return LooseView(view, loose) if loose else view, Reading(loose, changed)


def _by_index(viewer: Viewer, query: Query, limit: int, facets: Sequence[str]) -> Ranking:
    view, reading = view_of(viewer)
    return _ranked(viewer, query, limit, view, reading, facets)


def _by_database(viewer: Viewer, query: Query, limit: int, problem: str) -> Ranking:
    """A plain LIKE finds candidates; the likeliest are matched and ranked like everything else."""
    found, is_all = ([], True) if viewer is EVERYTHING else without_index.documents(viewer, query)
    ranking = _ranked(viewer, query, limit, LooseView(EmptyView(), found), Reading(found), FACETS)
    state = engine().progress() or problem
    notice = f"Search index is being rebuilt ({state}). Results come straight from the database and may be slower."
    return replace(ranking, is_exact=is_all, engine="database", notice=notice)


def _ranked(viewer: Viewer, query: Query, limit: int, view: View, reading: Reading, facets: Sequence[str]) -> Ranking:
    ranking = _once(viewer, query, limit, view, reading, facets)
    if ranking.rows or not (query.phrases or query.within):
        return ranking
    # A pasted error often has quotes around what differs from case to case.
    relaxed = _once(viewer, query.without_phrases(), limit, view, reading, facets)
    note = RELAXED_PLACE if query.within else RELAXED_PHRASE
    return replace(relaxed, notes=(note,)) if relaxed.rows else ranking


def _once(viewer: Viewer, query: Query, limit: int, view: View, reading: Reading, facets: Sequence[str]) -> Ranking:
    planned = planning.plan(query, view)
    reads_text = query.reads_text
    spare = 3 * limit + 20 if reads_text else limit + PASTE_SPARE * query.is_paste
    ranked = view.rank(planned.plan, max(spare, matching.depth(planned)), facets)
    rows, total, is_exact = ranked.rows, ranked.total, ranked.is_exact
    if reads_text:
        rows = reading.with_phrases(_visible(viewer, ranked), query)
        is_exact = is_exact and total <= spare
        total = len(rows) if is_exact else total
    elif query.is_paste:
        rows = sharing(query.words, rows, planned.plan.terms, ranked.statistics)
        # What was not looked at may share no more than one common word.
        is_exact, total = is_exact and total <= spare, len(rows)
    rows, matched = matching.refined(rows, query, planned, ranked.statistics, reading)
    return Ranking(
        rows=rows[:limit],
        total=max(total, len(rows[:limit])),
        is_exact=is_exact,
        facets=ranked.facets,
        plan=planned.plan,
        corrections=planned.corrections,
        engine=engine().name,
        reading=reading,
        matched=matched,
    )


def _rights(viewer: Viewer) -> frozenset[str] | None:
    if viewer is EVERYTHING:
        return None
    return frozenset(token for source in registry.sources() for token in source.rights_of(viewer))


def _pending(viewer: Viewer) -> tuple[set[Key], set[Key], list[Document]]:
    """What the index does not know yet: keys to leave out of it, everything that changed, and the visible documents
    to match in the stead of those left out."""
    entries = OutboxEntry.objects.order_by("-pk").values_list("kind", "object_id", "parked_at")
    # Of several rows of one record the newest decides whether it can be read.
    changed = {(kind, pk): parked for kind, pk, parked in reversed(entries[:20_000])}
    if not changed:
        return set(), set(), []
    fresh = [key for key, parked in reversed(changed.items()) if parked is None]
    matched, beyond = fresh[:MAX_PENDING_MATCHED], fresh[MAX_PENDING_MATCHED:]
    checked = beyond[:MAX_PENDING_CHECKED]
    # A record that waits longer may be found by its old text, but only by those who may still see it.
    still = _seen_by(viewer, checked)
    hidden = set(changed) - still
    visible = _seen_by(viewer, matched)
    loose = [
        document
        for source in registry.sources()
        for document in readable(source.kind, [pk for kind, pk in visible if kind == source.kind])
    ]
    return hidden, set(changed), loose


def _seen_by(viewer: Viewer, keys: list[Key]) -> set[Key]:
    if viewer is EVERYTHING:
        return set(keys)
    seen: set[Key] = set()
    for source in registry.sources():
        ids = [pk for kind, pk in keys if kind == source.kind]
        if ids:
            seen.update((source.kind, pk) for pk in source.visible_ids(viewer, ids))
    return seen


def _visible(viewer: Viewer, ranked: Ranked) -> list[Scored]:
    seen = _seen_by(viewer, [row.key for row in ranked.rows])
    return [row for row in ranked.rows if row.key in seen]
