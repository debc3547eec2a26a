"""Documents matched in memory: what was saved a moment ago and is not in the index yet, or all there is without one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from search.counting import tallies
from search.documents import Document
from search.engines.protocol import AllOf, Clause, Fact, Key, Not, Plan, Ranked, Scored, Statistics, Term, View
from search.fields import GROUP_COUNT
from search.scoring import score
from search.spelling import Vocabulary, best_completions, can_be_begun, order
from search.tally import day_of, facts_of

_PINNED = 1_000_000.0


class Loose:
    """One document, ready to be matched."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.facts = facts_of(document)
        self.tokens = frozenset(fact.token for fact in self.facts)
        self.day = day_of(document)
        counts, self.lengths = tallies(document.parts)
        self.counts = {word: tuple(tally[:GROUP_COUNT]) for word, tally in counts.items()}

    def tally(self, term: Term) -> tuple[int, ...] | None:
        """How often a term stands in each group, or None."""
        held = [self.counts[form] for form in term.forms if form in self.counts]
        return tuple(map(sum, zip(*held, strict=True))) if held else None

    def has(self, clause: Clause) -> bool:
        """Tell whether the document fulfils a clause."""
        if isinstance(clause, Not):
            return not self.has(clause.clause)
        if isinstance(clause, Fact):
            return clause.token in self.tokens
        return bool(clause.terms) and all(self.tally(term) for term in clause.terms)

    def is_allowed(self, plan: Plan) -> bool:
        """Tell whether the document fulfils what the plan requires, its words aside."""
        if plan.first_day is not None and self.day < plan.first_day:
            return False
        if plan.last_day is not None and not 0 < self.day <= plan.last_day:
            return False
        required = all(any(map(self.has, group)) for group in plan.required)
        return required and not any(map(self.has, plan.excluded))


class EmptyView:
    """An index that holds nothing."""

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """Nothing."""
        return []

    def near(self, word: str) -> list[tuple[str, int]]:
        """Nothing."""
        return []

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """Nothing."""
        return []

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """Nothing."""
        return Ranked([], 0, True, {name: {} for name in facets}, Statistics(0))


class LooseView:
    """A view of the index together with documents that are not in it, as if they were."""

    def __init__(self, view: View, documents: Sequence[Document]) -> None:
        self._view = view
        self._loose = [Loose(document) for document in documents]

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.of({word for loose in self._loose for word in loose.counts})

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """See the protocol."""
        asked = list(terms)
        known = {term.text: (term, times) for term, times in self._view.rarest(asked, limit)}
        for term in asked:
            own = sum(loose.tally(term) is not None for loose in self._loose)
            if own:
                known[term.text] = (term, known.get(term.text, (term, 0))[1] + own)
        return sorted(known.values(), key=lambda row: (row[1], row[0].text))[:limit]

    def near(self, word: str) -> list[tuple[str, int]]:
        """See the protocol."""
        frequencies = Counter(dict(self._view.near(word)))
        candidates = dict(self._vocabulary.near(word))
        for other in candidates:
            frequencies[other] += sum(other in loose.counts for loose in self._loose)
        merged = {**dict.fromkeys(frequencies, 2), **candidates}
        return order(merged.items(), dict(frequencies), word)

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """See the protocol."""
        counted = Counter(dict(self._view.completions(beginning, limit)))
        if can_be_begun(beginning):
            for loose in self._loose:
                counted.update(w for w in loose.counts if w.startswith(beginning) and w != beginning)
        return best_completions(counted.items(), limit)

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """See the protocol."""
        ranked = self._view.rank(plan, limit, facets)
        if not self._loose:
            return ranked
        frequencies = Counter(ranked.statistics.frequencies)
        for term in plan.terms:
            frequencies[term.text] += sum(loose.tally(term) is not None for loose in self._loose)
        known = ranked.statistics
        statistics = Statistics(known.count + len(self._loose), known.mean_lengths, dict(frequencies))
        counted = {name: Counter(values) for name, values in ranked.facets.items()}
        rows, added = list(ranked.rows), 0
        for loose in self._loose:
            row = self._scored(loose, plan, statistics)
            if row is None:
                continue
            rows.append(row)
            added += 1
            for fact in loose.facts:
                if fact.name in counted:
                    counted[fact.name][fact.value] += 1
        rows.sort(key=lambda row: -row.score)
        spread = {name: dict(values) for name, values in counted.items()}
        return Ranked(rows[:limit], ranked.total + added, ranked.is_exact, spread, statistics)

    def _scored(self, loose: Loose, plan: Plan, statistics: Statistics) -> Scored | None:
        if not loose.is_allowed(plan):
            return None
        held = {term.text: tally for term in plan.terms if (tally := loose.tally(term))}
        pinned = any(map(loose.has, plan.pinned))
        if plan.terms and not held and not pinned:
            return None
        points = score(
            held,
            loose.lengths,
            plan.terms,
            statistics.frequencies,
            statistics.count,
            statistics.mean_lengths,
        )
        return Scored(loose.document.key, points + (_PINNED if pinned else 0.0), tuple(held))


def keys_of(documents: Iterable[Document]) -> set[Key]:
    """The keys of documents."""
    return {document.key for document in documents}


__all__ = ["AllOf", "EmptyView", "Loose", "LooseView", "keys_of"]
