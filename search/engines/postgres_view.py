"""How the PostgreSQL engine answers: candidates by GIN, at most 2,000 of them, the best scored exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import connection, transaction

from search.engines.postgres_rows import quoted
from search.engines.protocol import Clause, Fact, Key, Not, Plan, Ranked, Scored, Statistics, Term
from search.models import SearchDocument
from search.scoring import rarity, score
from search.spelling import (
    MAX_EXPANDED,
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
# Of more words than this, those that stand in fewer documents than that are enough.
MANY_TERMS = 60
FEW = 40
# So many of them are scored by all their words; the others by how rare the words are that they hold.
MAX_SCORED = 100
# Of so many different rights the figures are kept.
MAX_STATISTICS = 200
_known_statistics: dict[tuple[Any, ...], Statistics] = {}
_PINNED = 1_000_000.0
_GROUP_OF_LETTER = {"A": 0, "B": 1, "C": 2, "D": 3}


class _Where:
    """Conditions of a WHERE with their values."""

    def __init__(self, *conditions: tuple[str, list[Any]]) -> None:
        self._conditions = conditions

    def plus(self, condition: str, *values: Any) -> "_Where":
        return _Where(*self._conditions, (condition, list(values)))

    @property
    def sql(self) -> str:
        return " AND ".join(f"({condition})" for condition, _ in self._conditions)

    @property
    def values(self) -> list[Any]:
        return [value for _, values in self._conditions for value in values]


class PostgresView:
    """One generation of the index as one person sees it."""

    def __init__(self, generation: int, rights: frozenset[str] | None, hidden: Collection[Key]) -> None:
        # Added to, so that no index answers it: the planner would take that index, and then unpack every word vector.
        where = _Where(("d.generation + 0 = %s", [generation]))
        if rights is not None:
            where = where.plus("d.rights && %s::text[]", sorted(rights))
        left_out = _ids_of(generation, hidden)
        if left_out:
            where = where.plus("d.id <> ALL(%s::bigint[])", left_out)
        self._where = where
        self._seen_by = (generation, rights, tuple(left_out))
        self._frequencies: dict[tuple[str, ...], int] = {}

    @cached_property
    def _statistics(self) -> Statistics:
        return _statistics(self._where, (*self._seen_by, _change()))

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """See the protocol."""
        asked = list(terms)
        with _by_index():
            return self._rarest(asked, limit)

    def _rarest(self, asked: list[Term], limit: int) -> list[tuple[Term, int]]:
        if len(asked) > MANY_TERMS:
            # A pasted text has hundreds of words: the common ones need not be counted to the end.
            counts = self._counted_to(FEW, [term.forms for term in asked])
            few = {forms: count for forms, count in counts.items() if count < FEW}
            self._frequencies.update(few)
            rare = [term for term in asked if few.get(term.forms)]
            asked = rare if len(rare) >= limit else asked
        self._count([term.forms for term in asked])
        known = [(term, self._frequencies[term.forms]) for term in asked if self._frequencies[term.forms]]
        known.sort(key=lambda row: (row[1], row[0].text))
        return known[:limit]

    def near(self, word: str) -> list[tuple[str, int]]:
        """See the protocol."""
        if not can_be_slip(word):
            return []
        limit = allowance(word)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word FROM search_vocabulary WHERE length BETWEEN %s AND %s"
                " AND bit_count((letters # %s)::bit(32)) <= %s",
                [len(word) - limit, len(word) + limit, int(letter_set(word)), 2 * limit],
            )
            candidates = Vocabulary.of(other for (other,) in cursor.fetchall()).near(word)
        with _by_index():
            self._count([(other,) for other, _ in candidates])
        return order(candidates, {other: self._frequencies[(other,)] for other, _ in candidates}, word)

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """See the protocol."""
        if not can_be_begun(beginning):
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word FROM search_vocabulary WHERE word LIKE %s AND length > %s ORDER BY word LIMIT %s",
                [f"{beginning.replace('_', chr(92) + '_')}%", len(beginning), MAX_LOOKED_AT],
            )
            words = [word for (word,) in cursor.fetchall()]
        # Without it every word would be counted by unpacking the word vectors of all records.
        with _by_index():
            # Most words that begin so are rare, so few have to be counted to the end.
            few = self._counted_to(FEW, [(word,) for word in words])
            words = sorted(words, key=lambda word: -few[(word,)])[:MAX_EXPANDED]
            self._count([(word,) for word in words])
        return best_completions([(word, self._frequencies[(word,)]) for word in words], limit)

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """See the protocol."""
        with _by_index():
            return self._ranked(plan, limit, facets)

    def _ranked(self, plan: Plan, limit: int, facets: Sequence[str]) -> Ranked:
        where = self._narrowed(plan)
        self._count([term.forms for term in plan.terms])
        pinned = self._pinned(plan, where)
        if plan.terms:
            points, is_exact = self._candidates(plan, where)
            candidates = list(dict.fromkeys([*pinned, *sorted(points, key=lambda pk: -points[pk])]))
            rows = self._scored(plan, candidates[: max(MAX_SCORED, limit)], pinned)
        else:
            candidates = _ids(where.plus("TRUE"), MAX_CANDIDATES + 1, by_day=True)
            is_exact = len(candidates) <= MAX_CANDIDATES
            candidates = candidates[:MAX_CANDIDATES]
            rows = self._scored(plan, candidates[:limit], pinned)
        count, means = self._statistics.count, self._statistics.mean_lengths
        frequencies = {term.text: self._frequencies[term.forms] for term in plan.terms}
        statistics = Statistics(count, means, frequencies)
        return Ranked(rows[:limit], len(candidates), is_exact, _counted(candidates, facets), statistics)

    def _narrowed(self, plan: Plan) -> _Where:
        where = self._where
        for group in plan.required:
            parts = [_condition(clause) for clause in group]
            values = [value for _, held in parts for value in held]
            where = where.plus(" OR ".join(sql for sql, _ in parts) or "FALSE", *values)
        for clause in plan.excluded:
            sql, values = _condition(clause)
            where = where.plus(f"NOT ({sql})", *values)
        if plan.first_day is not None:
            where = where.plus("d.day >= %s", plan.first_day)
        if plan.last_day is not None:
            where = where.plus("d.day > 0 AND d.day <= %s", plan.last_day)
        return where

    def _pinned(self, plan: Plan, where: _Where) -> list[int]:
        tokens = [fact.token for fact in plan.pinned]
        return _ids(where.plus("d.facts && %s::text[]", tokens), 100) if tokens else []

    def _candidates(self, plan: Plan, where: _Where) -> tuple[dict[int, float], bool]:
        """Records with at least one term, with what the terms they hold are worth, and whether that is all.

        Where they are too many, those are taken that hold the rarest ones, and those with every typed term.
        """
        count = self._statistics.count
        worths = [term.weight * rarity(self._frequencies[term.forms], count) for term in plan.terms]
        typed = [_any_form(term) for term in plan.terms if not term.instead_of]
        queries = [*map(_any_form, plan.terms), " & ".join(typed)]
        # Of a common word not every record is looked at, so what holds every word is looked for by itself.
        worths.append(sum(worths[at] for at, term in enumerate(plan.terms) if not term.instead_of))
        sql = (
            "WITH held AS (SELECT x.id, t.worth, t.at FROM unnest(%s::text[], %s::float8[]) WITH ORDINALITY"  # noqa: S608 - fixed conditions
            " AS t(q, worth, at), LATERAL (SELECT d.id FROM search_searchdocument d"
            f" WHERE {where.sql} AND d.words @@ t.q::tsquery LIMIT {MAX_CANDIDATES + 1}) x)"
            " SELECT id, greatest(coalesce(sum(worth) FILTER (WHERE at <= %s), 0),"
            " coalesce(max(worth) FILTER (WHERE at > %s), 0)) AS points, count(*) OVER ()"
            f" FROM held GROUP BY id ORDER BY points DESC, id DESC LIMIT {MAX_CANDIDATES}"
        )
        last = len(plan.terms)
        with connection.cursor() as cursor:
            cursor.execute(sql, [queries, worths, *where.values, last, last])
            rows = cursor.fetchall()
        return {pk: points for pk, points, _ in rows}, not rows or rows[0][2] <= MAX_CANDIDATES

    def _scored(self, plan: Plan, ids: list[int], pinned: list[int]) -> list[Scored]:
        texts: dict[str, list[str]] = defaultdict(list)
        for term in plan.terms:
            for form in term.forms:
                texts[form].append(term.text)
        held = _tallies(ids, list(texts))
        count, means = self._statistics.count, self._statistics.mean_lengths
        frequencies = {term.text: self._frequencies[term.forms] for term in plan.terms}
        rows = []
        for pk, kind, object_id, day, *lengths in _described(ids):
            tallies: dict[str, tuple[int, ...]] = {}
            for form, tally in held.get(pk, {}).items():
                for text in texts[form]:
                    before = tallies.get(text, (0, 0, 0, 0))
                    tallies[text] = tuple(a + b for a, b in zip(before, tally, strict=True))
            points = score(tallies, tuple(lengths), plan.terms, frequencies, count, means)
            points += _PINNED if pk in pinned else 0.0
            terms = tuple(term.text for term in plan.terms if term.text in tallies)
            rows.append((points, day, object_id, Scored((kind, object_id), points, terms)))
        rows.sort(key=lambda row: row[:3], reverse=True)
        return [row[3] for row in rows]

    def _count(self, asked: Iterable[tuple[str, ...]]) -> None:
        """Learn in how many visible documents these terms stand; what is above the candidates' limit counts as it."""
        new = list({forms for forms in asked if forms not in self._frequencies})
        self._frequencies.update(self._counted_to(MAX_CANDIDATES, new))

    def _counted_to(self, most: int, asked: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
        if not asked:
            return {}
        sql = (
            "SELECT t.at, (SELECT count(*) FROM (SELECT 1 FROM search_searchdocument d"  # noqa: S608 - fixed conditions
            f" WHERE {self._where.sql} AND d.words @@ t.q::tsquery LIMIT {most}) x)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS t(q, at)"
        )
        queries = [" | ".join(map(quoted, forms)) for forms in asked]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*self._where.values, queries])
            return {asked[at - 1]: count for at, count in cursor.fetchall()}


def _statistics(where: _Where, seen: tuple[Any, ...]) -> Statistics:
    """How many visible records there are, and their mean lengths: read once until a record changes."""
    known = _known_statistics.get(seen)
    if known is None:
        row = _rows(
            "SELECT count(*), avg(length_a), avg(length_b), avg(length_c), avg(length_d) FROM search_searchdocument d",
            where,
        )[0]
        known = Statistics(row[0], tuple(max(float(mean or 0), 1.0) for mean in row[1:]))
        if len(_known_statistics) >= MAX_STATISTICS:
            _known_statistics.clear()
        _known_statistics[seen] = known
    return known


def _change() -> int:
    """A number that moves with every change of the index (see `mark_change`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM search_searchdocument_id_seq")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _ids_of(generation: int, keys: Collection[Key]) -> list[int]:
    """The rows of these records; most that are left out of the index have just been made and have none."""
    found: list[int] = []
    for kind in sorted({kind for kind, _ in keys}):
        ids = [pk for name, pk in keys if name == kind]
        rows = SearchDocument.objects.filter(generation=generation, kind=kind, object_id__in=ids)
        found.extend(rows.values_list("pk", flat=True))
    return sorted(found)


@contextmanager
def _by_index() -> Iterator[None]:
    """Keep the planner from reading the whole table, as it does not know what it costs to unpack a word vector, and
    from compiling statements that take a millisecond."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def _any_form(term: Term) -> str:
    return f"({' | '.join(map(quoted, term.forms))})"


def _condition(clause: Clause) -> tuple[str, list[Any]]:
    if isinstance(clause, Not):
        condition, values = _condition(clause.clause)
        return f"NOT ({condition})", values
    if isinstance(clause, Fact):
        return "d.facts && %s::text[]", [[clause.token]]
    if not clause.terms:
        return "FALSE", []
    return "d.words @@ %s::tsquery", [" & ".join(map(_any_form, clause.terms))]


def _rows(select: str, where: _Where, tail: str = "") -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"{select} WHERE {where.sql} {tail}", where.values)
        return list(cursor.fetchall())


def _ids(where: _Where, limit: int, *, by_day: bool = False) -> list[int]:
    tail = f"{'ORDER BY d.day DESC, d.object_id DESC' if by_day else ''} LIMIT {limit}"
    return [row[0] for row in _rows("SELECT d.id FROM search_searchdocument d", where, tail)]


def _described(ids: list[int]) -> list[Any]:
    select = (
        "SELECT d.id, d.kind, d.object_id, d.day, d.length_a, d.length_b, d.length_c, d.length_d"
        " FROM search_searchdocument d"
    )
    return _rows(select, _Where(("d.id = ANY(%s)", [ids])))


def _tallies(ids: list[int], forms: list[str]) -> dict[int, dict[str, tuple[int, ...]]]:
    found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
    if not forms or not ids:
        return found
    select = "SELECT d.id, u.lexeme, u.weights FROM search_searchdocument d, unnest(d.words) u"
    for pk, lexeme, letters in _rows(select, _Where(("d.id = ANY(%s)", [ids]), ("u.lexeme = ANY(%s)", [forms]))):
        tally = [0, 0, 0, 0]
        for letter in letters:
            tally[_GROUP_OF_LETTER[letter]] += 1
        found[pk][lexeme] = tuple(tally)
    return found


def _counted(ids: list[int], names: Sequence[str]) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {name: {} for name in names}
    if not names or not ids:
        return counted
    select = "SELECT f.token, count(*) FROM search_searchdocument d, unnest(d.facets) f(token)"
    for token, count in _rows(select, _Where(("d.id = ANY(%s)", [ids])), "GROUP BY f.token"):
        name, _, value = token.partition(":")
        if name in counted:
            counted[name][value] = count
    return counted
