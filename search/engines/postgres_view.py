"""How the PostgreSQL engine answers: candidates by GIN, at most 2,000 of them, the best scored exactly."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.engines.postgres_facets import counted
from search.engines.postgres_lists import Forms, Ids, Lists, lists_of
from search.engines.postgres_scoring import scored
from search.engines.postgres_sql import Where, all_of, any_form, ask, condition, unpacked
from search.engines.postgres_statistics import Known, common_words, statistics
from search.engines.protocol import AllOf, Fact, Key, Plan, Ranked, Statistics, Term
from search.scoring import rarity
from search.spelling import (
    MAX_LOOKED_AT,
    Vocabulary,
    allowance,
    best_completions,
    can_be_begun,
    can_be_slip,
    letter_set,
    order,
)

MAX_CANDIDATES = 2000
# Common words whose documents stand in where others are too few.
MAX_FILLED_BY = 2
# Of more words than are wanted those are enough that stand in fewer documents than this, or else than this.
FEW = (40, 160, 640)
# So many of them are scored by all their words; the others by how rare the words are that they hold.
MAX_SCORED = 100
# What the planner says of a word is taken from a sample.
_SURE = 0.9
# Names the documents that hold every typed word.
_ALL: Forms = ()
_NONE: Ids = np.zeros(0, dtype=np.int64)
# Of a condition that no more documents fulfil, these are read.
MAX_NARROW = 4000
# Stands for more documents than are ever read.
_TOO_MANY: Ids = np.zeros(MAX_NARROW + 1, dtype=np.int64)
# Longer words are counted so many at a time, until no other can be as frequent.
_COUNTED_AT_ONCE = 12


class PostgresView:
    """One generation of the index as one person sees it, as of one change."""

    def __init__(self, known: Known, rights: frozenset[str] | None, hidden: Collection[Key]) -> None:
        # Added to, so that no index answers it: the planner would take that index, and then unpack every word vector.
        where = Where(("d.generation + 0 = %s", [known.generation]))
        if rights is not None:
            where = where.plus("d.rights && %s::text[]", sorted(rights))
        self._known, self._rights, self._all = known, rights, where
        self._left_out = _ids_of(known.generation, hidden)
        self._where = where.plus("d.id <> ALL(%s::bigint[])", self._left_out) if self._left_out else where
        # The visible documents of words, one more than the limit at most.
        self._held: dict[Forms, Ids] = {}
        # Lists that lack somebody's documents are for this one question.
        self._remembered = Lists() if self._left_out else lists_of(known)
        self._counts: dict[Forms, int] = {}
        self._common: dict[Forms, int] = {}

    @cached_property
    def _statistics(self) -> Statistics:
        return statistics(self._all, self._known, self._rights, self._left_out)

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """See the protocol."""
        asked = list(terms)
        if len(asked) > limit:
            # A pasted text has hundreds of words: the common ones need not be counted to the end.
            asked = self._few(asked, limit)
        self._learn(self._uncommon(term.forms for term in asked))
        known = [(term, times) for term in asked if (times := self._frequency(term.forms))]
        known.sort(key=lambda row: (row[1], row[0].text))
        return known[:limit]

    def near(self, word: str) -> list[tuple[str, int]]:
        """See the protocol."""
        if not can_be_slip(word):
            return []
        limit = allowance(word)
        rows = ask(
            "SELECT word FROM search_vocabulary WHERE length BETWEEN %s AND %s"
            " AND bit_count((letters # %s)::bit(32)) <= %s",
            [len(word) - limit, len(word) + limit, int(letter_set(word)), 2 * limit],
        )
        candidates = Vocabulary.of(other for (other,) in rows).near(word)
        self._count([(other,) for other, _ in candidates])
        return order(candidates, {other: self._frequency((other,)) for other, _ in candidates}, word)

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """See the protocol."""
        if not can_be_begun(beginning):
            return []
        rows = ask(
            "SELECT word, documents FROM search_vocabulary WHERE word LIKE %s AND length > %s"
            " ORDER BY documents DESC, word LIMIT %s",
            [f"{beginning.replace('_', chr(92) + '_')}%", len(beginning), MAX_LOOKED_AT],
        )
        found: list[tuple[str, int]] = []
        for start in range(0, len(rows), _COUNTED_AT_ONCE):
            # No word stands in more visible documents than in documents.
            if len(found) >= limit and min(rows[start][1], MAX_CANDIDATES) <= found[limit - 1][1]:
                break
            words = [word for word, _ in rows[start : start + _COUNTED_AT_ONCE]]
            self._count([(word,) for word in words])
            found = best_completions([*found, *((word, self._frequency((word,))) for word in words)], limit)
        return found

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """See the protocol."""
        where = self._narrowed(plan)
        self._learn(self._uncommon(term.forms for term in plan.terms))
        frequencies = {term.text: self._frequency(term.forms) for term in plan.terms}
        known = Statistics(self._statistics.count, self._statistics.mean_lengths, frequencies)
        pinned = self._pinned(plan, where)
        if plan.terms:
            best, is_exact = self._candidates(plan, where)
            candidates = list(dict.fromkeys([*pinned, *best]))
            rows = scored(candidates[: max(MAX_SCORED, limit)], plan, known, pinned, limit)
        else:
            candidates = _ids(where, "ORDER BY d.day DESC, d.object_id DESC", MAX_CANDIDATES + 1)
            is_exact = len(candidates) <= MAX_CANDIDATES
            candidates = candidates[:MAX_CANDIDATES]
            rows = scored(candidates[:limit], plan, known, pinned, limit)
        spread = counted(self._known.generation, candidates, facets)
        return Ranked(rows, len(candidates), is_exact, spread, known)

    def _narrowed(self, plan: Plan) -> Where:
        where = self._where
        for group in plan.required:
            parts = [condition(clause) for clause in group]
            values = [value for _, held in parts for value in held]
            where = where.plus(" OR ".join(sql for sql, _ in parts) or "FALSE", *values)
        for clause in plan.excluded:
            sql, values = condition(clause)
            where = where.plus(f"NOT ({sql})", *values)
        if plan.first_day is not None:
            where = where.plus("d.day >= %s", plan.first_day)
        if plan.last_day is not None:
            where = where.plus("d.day > 0 AND d.day <= %s", plan.last_day)
        return where

    def _pinned(self, plan: Plan, where: Where) -> list[int]:
        tokens = [fact.token for fact in plan.pinned]
        return _ids(where.plus("d.facts && %s::text[]", tokens), "", 100) if tokens else []

    def _candidates(self, plan: Plan, where: Where) -> tuple[list[int], bool]:
        """Records with at least one term, those first whose terms are worth the most, and whether these are all.

        Where they are too many, those are taken that hold the rarest ones, and those with every typed term: a common
        word is looked up by itself only if these are too few, and then the few that tell most.
        """
        count = self._statistics.count
        worths = {term.forms: term.weight * rarity(self._frequency(term.forms), count) for term in plan.terms}
        implied = _implied(plan).intersection(worths)
        whole = _all_ids(where, MAX_CANDIDATES) if implied else _NONE
        left = [forms for forms in worths if forms not in implied]
        held = self._found(plan, where, [forms for forms in left if forms not in self._common])
        held.update(dict.fromkeys(implied, whole))
        typed = [term for term in plan.terms if not term.instead_of]
        is_cut = len(held) < len(worths) or any(len(ids) > MAX_CANDIDATES for ids in held.values())
        if len(typed) > 1 and is_cut:
            # Worth as much as its words together, which were not all looked up.
            worths[_ALL] = sum(worths[term.forms] for term in typed)
            is_implied = implied.issuperset(term.forms for term in typed)
            held[_ALL] = whole if is_implied else _documents(where, [all_of(typed)], [_ALL])[_ALL]
        ids, points = _united(held, worths)
        common = sorted(self._common.keys() & set(left), key=lambda forms: (-worths[forms], forms))
        for some in (common[:MAX_FILLED_BY], common[MAX_FILLED_BY:]):
            # With filters even these may not be enough.
            if some and len(ids) <= MAX_CANDIDATES:
                held.update(self._found(plan, where, some))
                ids, points = _united(held, worths)
                is_cut = any(len(ids) > MAX_CANDIDATES for ids in held.values())
        best = np.lexsort((-ids, -points))[:MAX_CANDIDATES]
        return ids[best].tolist(), len(ids) <= MAX_CANDIDATES and not is_cut

    def _found(self, plan: Plan, where: Where, asked: list[Forms]) -> dict[Forms, Ids]:
        """The documents of these words that fulfil a condition."""
        if where is self._where:
            self._learn(asked)
            return {forms: self._held[forms] for forms in asked}
        # An index knows who has a fact.
        has_facts = any(all(isinstance(clause, Fact) for clause in group) for group in plan.required)
        read = asked if has_facts else []
        whole = [forms for forms in read if len(self._held.get(forms, _TOO_MANY)) <= MAX_CANDIDATES]
        narrow = _all_ids(where, MAX_NARROW) if whole else _TOO_MANY
        if len(narrow) > MAX_NARROW:
            return _documents(where, map(any_form, asked), asked)
        # Who fulfils the condition is read once, and not for each word again.
        found = {forms: np.intersect1d(self._held[forms], narrow, assume_unique=True) for forms in whole}
        left = [forms for forms in asked if forms not in found]
        return {**found, **_documents(where, map(any_form, left), left)}

    def _few(self, asked: list[Term], limit: int) -> list[Term]:
        """Those terms of many that stand in few documents, if they are enough."""
        shares, most = common_words(self._known), FEW[-1] / max(self._known.documents, 1)
        left = [term.forms for term in asked if not any(shares.get(form, 0.0) > most for form in term.forms)]
        self._recall(left)
        left = [forms for forms in left if forms not in self._held]
        for few in FEW:
            held = _documents(self._where, map(any_form, left), left, few)
            self._keep({forms: ids for forms, ids in held.items() if len(ids) < few})
            left = [forms for forms in left if forms not in self._held]
            rare = [term for term in asked if len(self._held.get(term.forms, _NONE))]
            if len(rare) >= limit:
                return rare
        return asked

    def _learn(self, asked: Iterable[Forms]) -> None:
        """Read the visible documents of these words."""
        wanted = set(asked)
        self._recall(wanted)
        new = [forms for forms in wanted if forms not in self._held]
        self._keep(_documents(self._where, map(any_form, new), new))

    def _recall(self, wanted: Iterable[Forms]) -> None:
        """Take what an earlier question has read, if nothing has changed since."""
        self._held.update(self._remembered.get(self._rights, (forms for forms in wanted if forms not in self._held)))

    def _keep(self, read: dict[Forms, Ids]) -> None:
        self._held.update(read)
        self._remembered.put(self._rights, read)

    def _uncommon(self, asked: Iterable[Forms]) -> list[Forms]:
        """Those of these words that are looked up; of the others it is known that more documents hold them than are
        ever taken, whoever asks."""
        shares, seen = common_words(self._known), self._statistics.count
        hidden = max(self._known.documents - seen, 0)
        found = []
        for forms in asked:
            share = max(shares.get(form, 0.0) for form in forms)
            if _SURE * share * self._known.documents - hidden > MAX_CANDIDATES:
                self._common[forms] = max(int(share * seen), MAX_CANDIDATES)
            else:
                found.append(forms)
        return found

    def _count(self, asked: Iterable[Forms]) -> None:
        """Learn in how many visible documents these words stand."""
        wanted = {forms for forms in asked if forms not in self._held and forms not in self._counts}
        self._counts.update(self._remembered.counts(self._rights, wanted))
        new = self._uncommon(wanted - self._counts.keys())
        if new:
            rows = ask(_each(self._where, "count(*)", MAX_CANDIDATES), [*self._where.values, list(map(any_form, new))])
            counted = {new[at - 1]: times for at, times in rows}
            self._remembered.put_counts(self._rights, counted)
            self._counts.update(counted)

    def _frequency(self, forms: Forms) -> int:
        """In how many visible documents a word stands: from the candidates' limit on, an estimate."""
        if forms in self._common:
            return self._common[forms]
        held = self._held.get(forms)
        return self._counts[forms] if held is None else min(len(held), MAX_CANDIDATES)


def _implied(plan: Plan) -> set[Forms]:
    """Words that every record has which fulfils the plan's conditions, such as those of a phrase."""
    alone = (group[0] for group in plan.required if len(group) == 1)
    return {term.forms for clause in alone if isinstance(clause, AllOf) for term in clause.terms}


def _each(where: Where, what: str, most: int) -> str:
    """A statement that says something of the documents of each of several queries."""
    return (
        f"SELECT t.at, (SELECT {what} FROM (SELECT d.id FROM search_searchdocument d"  # noqa: S608 - fixed conditions
        f" WHERE {where.sql} AND d.words @@ t.q::tsquery LIMIT {most}) x)"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS t(q, at)"
    )


def _documents(
    where: Where, queries: Iterable[str], names: Sequence[Forms], most: int = MAX_CANDIDATES + 1
) -> dict[Forms, Ids]:
    """At most so many documents of each query, by its name."""
    if not names:
        return {}
    rows = ask(_each(where, "array_send(array_agg(x.id))", most), [*where.values, list(queries)])
    return {names[at - 1]: unpacked(packed) for at, packed in rows}


def _united(held: dict[Forms, Ids], worths: dict[Forms, float]) -> tuple[Ids, NDArray[np.float64]]:
    """Every document of these words, and what those that it holds are worth."""
    words = {forms: ids for forms, ids in held.items() if forms != _ALL}
    whole = held.get(_ALL, _NONE)
    ids, places = np.unique(np.concatenate([*words.values(), whole]), return_inverse=True)
    sizes = [*map(len, words.values()), len(whole)]
    points = np.bincount(places, np.repeat([*(worths[forms] for forms in words), 0.0], sizes), len(ids))
    return ids, np.where(np.isin(ids, whole), np.maximum(points, worths.get(_ALL, 0.0)), points)


def _ids_of(generation: int, keys: Collection[Key]) -> list[int]:
    """The rows of these records; most that are left out of the index have just been made and have none."""
    found: list[int] = []
    for kind in sorted({kind for kind, _ in keys}):
        ids = [pk for name, pk in keys if name == kind]
        rows = ask(
            "SELECT id FROM search_searchdocument WHERE generation = %s AND kind = %s AND object_id = ANY(%s)",
            [generation, kind, ids],
        )
        found.extend(pk for (pk,) in rows)
    return sorted(found)


def _all_ids(where: Where, most: int) -> Ids:
    """The documents that fulfil a condition, in order; one more than `most` of them at most."""
    sql = (
        "SELECT array_send(array_agg(x.id)) FROM (SELECT d.id FROM search_searchdocument d"  # noqa: S608 - fixed conditions
        f" WHERE {where.sql} LIMIT {most + 1}) x"
    )
    return unpacked(ask(sql, where.values)[0][0])


def _ids(where: Where, tail: str, limit: int) -> list[int]:
    sql = f"SELECT d.id FROM search_searchdocument d WHERE {where.sql} {tail} LIMIT {limit}"  # noqa: S608 - fixed conditions
    return [pk for (pk,) in ask(sql, where.values)]
