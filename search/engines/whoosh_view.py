"""BM25F over arrays: how the Whoosh engine answers. Nothing here writes, and nothing here is shown."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import numpy as np

from search.engines.protocol import AllOf, Clause, Fact, Key, Not, Plan, Ranked, Scored, Statistics, Term
from search.engines.whoosh_schema import kind_number
from search.engines.whoosh_segment import Numbers, Postings, Segment
from search.scoring import WEIGHTS, alternatives_of, possible_of, rarity
from search.spelling import MAX_EXPANDED, best_completions, near, order
from search.words import STEM_MARK

_PINNED = 1_000_000.0


class Snapshot:
    """All segments of one commit, side by side: document numbers run on from one to the next."""

    def __init__(self, segments: Sequence[Segment], deleted: Sequence[Collection[int]], kinds: dict[int, str]) -> None:
        self.segments = tuple(segments)
        self.kinds = kinds
        self.offsets = np.cumsum([0, *(segment.size for segment in segments)]).tolist()
        self.size: int = self.offsets[-1]
        self.live = np.ones(self.size, dtype=bool)
        for base, gone in zip(self.offsets, deleted, strict=False):
            self.live[[base + place for place in gone]] = False
        self.kind_numbers = _joined([s.kind_numbers for s in segments], np.uint32)
        self.live &= np.isin(self.kind_numbers, np.array(list(kinds), dtype=np.uint32))
        self.object_ids = _joined([s.object_ids for s in segments], np.int64)
        self.days = _joined([s.days for s in segments], np.int32)
        self.lengths = np.concatenate([s.lengths for s in segments]) if segments else np.zeros((0, 4), dtype=np.float32)
        self._masks: dict[frozenset[str], Numbers] = {}
        self._means: tuple[Numbers, Numbers] | None = None
        self._factors: tuple[Numbers, Numbers] | None = None

    def having(self, field: str, token: str) -> Numbers:
        """The documents with an exact value."""
        found = [
            base + held
            for base, segment in zip(self.offsets, self.segments, strict=False)
            if (held := segment.having(field, token)) is not None
        ]
        return _joined(found, np.int64)

    def postings(self, word: str) -> list[Postings]:
        """The postings of a word, a segment at a time."""
        found = []
        for base, segment in zip(self.offsets, self.segments, strict=False):
            held = segment.postings(word)
            if held is not None:
                found.append(Postings(held.documents + base, held.counts))
        return found

    def frequency(self, word: str) -> int:
        """At most how many documents hold a word."""
        return sum(segment.frequency(word) for segment in self.segments)

    def mask(self, rights: frozenset[str] | None) -> Numbers:
        """The documents that somebody with these rights may see."""
        if rights is None:
            return self.live
        if rights not in self._masks:
            allowed = np.zeros(self.size, dtype=bool)
            for token in rights:
                allowed[self.having("rights", token)] = True
            if len(self._masks) > 50:
                self._masks.clear()
            self._masks[rights] = allowed & self.live
        mask: Numbers = self._masks[rights]
        return mask

    def means(self, allowed: Numbers) -> Numbers:
        """The mean lengths of some documents; those of the mask that was asked for last are at hand."""
        known = self._means
        if known is None or known[0] is not allowed:
            known = allowed, np.maximum(self.lengths[allowed].mean(axis=0), 1.0)
            self._means = known
        return known[1]

    def factors(self, allowed: Numbers, means: Numbers) -> Numbers:
        """What a word counts in each group of each document, for those mean lengths; kept as `means` is."""
        known = self._factors
        if known is None or known[0] is not allowed:
            slopes = np.array(WEIGHTS.lengths, dtype=np.float32)
            groups = np.array(WEIGHTS.groups, dtype=np.float32)
            known = allowed, (groups / (1.0 - slopes + slopes * self.lengths / means)).astype(np.float32)
            self._factors = known
        return known[1]

    def places(self, keys: Collection[Key]) -> Numbers:
        """The live documents with these keys."""
        found = []
        for kind in {kind for kind, _ in keys}:
            ids = np.array([pk for name, pk in keys if name == kind], dtype=np.int64)
            same = self.live & (self.kind_numbers == kind_number(kind)) & np.isin(self.object_ids, ids)
            found.append(np.flatnonzero(same))
        return _joined(found, np.int64)

    def key(self, place: int) -> Key:
        """The key of a document."""
        return self.kinds[int(self.kind_numbers[place])], int(self.object_ids[place])


class WhooshView:
    """A snapshot as one person sees it."""

    def __init__(self, snapshot: Snapshot, rights: frozenset[str] | None, hidden: Collection[Key]) -> None:
        self._snapshot = snapshot
        allowed = snapshot.mask(rights)
        if hidden:
            allowed = allowed.copy()
            allowed[snapshot.places(hidden)] = False
        self._allowed = allowed
        self._held: dict[tuple[str, ...], Postings] = {}

    @cached_property
    def count(self) -> int:
        """How many documents this person may see."""
        return int(np.count_nonzero(self._allowed))

    @cached_property
    def _means(self) -> Numbers:
        if not self.count:
            return np.ones(4, dtype=np.float32)
        return self._snapshot.means(self._allowed)

    def rarest(self, terms: Iterable[Term], limit: int) -> list[tuple[Term, int]]:
        """See the protocol. Words are read in the order of what the whole index says, until enough are visible."""
        known = [(sum(map(self._snapshot.frequency, term.forms)), term.text, term) for term in terms]
        found: list[tuple[Term, int]] = []
        for frequency, _, term in sorted(known, key=lambda row: row[:2]):
            if len(found) >= 2 * limit:
                break
            visible = len(self._postings(term.forms).documents) if frequency else 0
            if visible:
                found.append((term, visible))
        found.sort(key=lambda row: (row[1], row[0].text))
        return found[:limit]

    def near(self, word: str) -> list[tuple[str, int]]:
        """See the protocol."""
        segments = self._snapshot.segments
        candidates = near([segment.vocabulary() for segment in segments], word) if segments else []
        frequencies = {other: len(self._postings((other,)).documents) for other, _ in candidates}
        return order(candidates, frequencies, word)

    def completions(self, beginning: str, limit: int) -> list[tuple[str, int]]:
        """See the protocol."""
        known: Counter[str] = Counter()
        for segment in self._snapshot.segments:
            for word, frequency in segment.beginning_with(beginning):
                known[word] += frequency
        counted = [(word, len(self._postings((word,)).documents)) for word, _ in known.most_common(MAX_EXPANDED)]
        return best_completions(counted, limit)

    def rank(self, plan: Plan, limit: int, facets: Sequence[str] = ()) -> Ranked:
        """See the protocol."""
        allowed = self._narrowed(plan)
        scores = np.zeros(self._snapshot.size, dtype=np.float32)
        matched = np.zeros(self._snapshot.size, dtype=np.float32)
        frequencies: dict[str, int] = {}
        for term in plan.terms:
            held = self._postings(term.forms)
            frequencies[term.text] = len(held.documents)
            if not term.instead_of:
                worth = term.weight * rarity(len(held.documents), self.count)
                scores[held.documents] += worth * self._saturated(held)
                matched[held.documents] += worth
        for typed, terms in alternatives_of(plan.terms):
            points, worths = self._instead(typed, terms)
            scores += points
            matched += worths
        if plan.terms:
            allowed = allowed & (matched > 0)
            possible = possible_of(plan.terms, lambda term: term.weight * rarity(frequencies[term.text], self.count))
            scores *= 1.0 + WEIGHTS.coverage * matched / max(possible, 1e-9)
        for fact in plan.pinned:
            pinned = self._snapshot.having("facts", fact.token)
            pinned = pinned[self._narrowed(plan)[pinned]]
            scores[pinned] += _PINNED
            allowed[pinned] = True
        places = np.flatnonzero(allowed)
        best = self._best(places, scores, limit)
        held_terms = self._why(plan, best)
        rows = [
            Scored(self._snapshot.key(place), float(scores[place]), tuple(terms))
            for place, terms in zip(best, held_terms, strict=True)
        ]
        statistics = Statistics(self.count, tuple(map(float, self._means)), frequencies)
        return Ranked(rows, len(places), True, self._counted(allowed, facets), statistics)

    def _instead(self, typed: Sequence[Term], terms: Sequence[Term]) -> tuple[Numbers, Numbers]:
        """What other words for `typed` score where those are not all there, and their worth: of several, the best."""
        points = np.zeros(self._snapshot.size, dtype=np.float32)
        worths = np.zeros(self._snapshot.size, dtype=np.float32)
        for term in terms:
            held = self._postings(term.forms)
            worth = term.weight * rarity(len(held.documents), self.count)
            points[held.documents] = np.maximum(points[held.documents], worth * self._saturated(held))
            worths[held.documents] = np.maximum(worths[held.documents], worth)
        if typed:
            whole = self._all_of(AllOf(tuple(typed)))
            points[whole] = worths[whole] = 0.0
        return points, worths

    def _narrowed(self, plan: Plan) -> Numbers:
        allowed = self._allowed.copy()
        for group in plan.required:
            either = np.zeros(len(allowed), dtype=bool)
            for clause in group:
                either[self._matching(clause)] = True
            allowed &= either
        for clause in plan.excluded:
            allowed[self._matching(clause)] = False
        if plan.first_day is not None:
            allowed &= self._snapshot.days >= plan.first_day
        if plan.last_day is not None:
            allowed &= (self._snapshot.days <= plan.last_day) & (self._snapshot.days > 0)
        return allowed

    def _matching(self, clause: Clause) -> Numbers:
        if isinstance(clause, Not):
            others = np.ones(self._snapshot.size, dtype=bool)
            others[self._matching(clause.clause)] = False
            return np.flatnonzero(others)
        if isinstance(clause, Fact):
            return self._snapshot.having("facts", clause.token)
        return self._all_of(clause)

    def _all_of(self, clause: AllOf) -> Numbers:
        found: Numbers | None = None
        for term in clause.terms:
            held = self._postings(term.forms).documents
            found = held if found is None else np.intersect1d(found, held, assume_unique=True)
        return np.zeros(0, dtype=np.int64) if found is None else found

    def _postings(self, forms: tuple[str, ...]) -> Postings:
        """The visible postings of a term; where several forms stand in one document, their counts are added."""
        if forms not in self._held:
            parts = [held for form in forms for held in self._snapshot.postings(form)]
            documents = _joined([part.documents for part in parts], np.int64)
            counts = (
                np.concatenate([part.counts for part in parts]).astype(np.float32)
                if parts
                else np.zeros((0, 4), dtype=np.float32)
            )
            seen = self._allowed[documents]
            documents, counts = documents[seen], counts[seen]
            if len(forms) > 1 and len(documents):
                at = np.argsort(documents, kind="stable")
                documents, counts = documents[at], counts[at]
                starts = np.flatnonzero(np.diff(documents, prepend=-1))
                documents, counts = documents[starts], np.add.reduceat(counts, starts, axis=0)
            self._held[forms] = Postings(documents, counts)
        return self._held[forms]

    def _saturated(self, held: Postings) -> Numbers:
        often = np.einsum("ij,ij->i", held.counts, self._factors[held.documents])
        saturated: Numbers = often * (WEIGHTS.saturation + 1.0) / (WEIGHTS.saturation + often)
        return saturated

    @cached_property
    def _factors(self) -> Numbers:
        """What a word counts in each group of each document, by the document's length."""
        return self._snapshot.factors(self._allowed, self._means)

    def _best(self, places: Numbers, scores: Numbers, limit: int) -> list[int]:
        if len(places) > limit > 0:
            held = scores[places]
            # Those that score the same as the last one stay in: which of them are shown is decided below.
            places = places[held >= np.partition(held, len(held) - limit)[len(held) - limit]]
        # Equal scores: the newer record first, then the later one in the database.
        snapshot = self._snapshot
        ranking = np.lexsort((-snapshot.object_ids[places], -snapshot.days[places], -scores[places]))
        return [int(place) for place in places[ranking][:limit]]

    def _why(self, plan: Plan, places: Sequence[int]) -> list[list[str]]:
        """For each of these documents, the terms that it holds."""
        found: list[list[str]] = [[] for _ in places]
        wanted = np.array(places, dtype=np.int64)
        for term in plan.terms:
            documents = self._postings(term.forms).documents
            if len(documents):
                at = np.minimum(np.searchsorted(documents, wanted), len(documents) - 1)
                for row in np.flatnonzero(documents[at] == wanted):
                    found[row].append(term.text.removeprefix(STEM_MARK))
        return found

    def _counted(self, allowed: Numbers, names: Sequence[str]) -> dict[str, dict[str, int]]:
        counted: dict[str, dict[str, int]] = {name: {} for name in names}
        for base, segment in zip(self._snapshot.offsets, self._snapshot.segments, strict=False):
            chosen = allowed[base : base + segment.size]
            for name in names:
                held = segment.facets().get(name)
                if held is None:
                    continue
                times = np.bincount(held.numbers[chosen[held.documents]], minlength=len(held.values))
                for at in np.flatnonzero(times):
                    value = held.values[at]
                    counted[name][value] = counted[name].get(value, 0) + int(times[at])
        return counted


def _joined(parts: Sequence[Numbers], kind: type) -> Numbers:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
