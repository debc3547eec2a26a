"""What a search answers with, for the page and for the API: results, why, facets, and how sure the figures are."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from time import perf_counter
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from search import digests, registry
from search.alike import MAX_RESULTS, Alike, Pasted
from search.engines.protocol import FACETS, AllOf, Key, Scored, Term
from search.feedback import normalised
from search.highlights import Highlight, Marker, cut
from search.query import Chip, Filter, Query, parse
from search.ranking import MAX_OFFSET, Ranking, rank
from search.reading import Reading
from search.registry import Hit, Viewer
from search.reranking import reranked
from search.signing import why
from search.weights import RERANKED, Shares

MAX_LIMIT = 100
MAX_FACET_VALUES = 12


@dataclass(frozen=True, slots=True)
class Result:
    """One record that was found. `why` are the words of the query that it holds; `title_html` has them marked."""

    hit: Hit
    score: float
    why: tuple[str, ...]
    title_html: SafeString
    highlights: tuple[Highlight, ...]
    # What each weight came to; empty beyond the first ones.
    shares: Shares = ()
    # For a pasted text, where the record says the same; None beyond the first results.
    alike: Alike | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a fact, how many results have it, and whether the query asks for it."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One fact that results are counted by."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one search, everything in it visible to the one who asked."""

    text: str
    results: tuple[Result, ...] = ()
    count: int = 0
    count_is_exact: bool = True
    took_ms: float = 0.0
    did_you_mean: str = ""
    facets: tuple[Facet, ...] = ()
    chips: tuple[Chip, ...] = ()
    notes: tuple[str, ...] = ()
    notice: str = ""
    engine: str = ""
    limit: int = 20
    offset: int = 0
    is_empty_query: bool = field(default=False)
    # What "this helped" is remembered for.
    terms: tuple[str, ...] = ()
    # A pasted text can't be narrowed: nothing in it is read as a filter, so it has no facets.
    is_paste: bool = False

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins, or None after the last."""
        after = self.offset + self.limit
        return after if after < min(self.count, MAX_OFFSET) and self.results else None

    @property
    def previous_offset(self) -> int | None:
        """Where the page before begins, or None on the first."""
        return max(0, self.offset - self.limit) if self.offset else None


def find(viewer: Viewer, text: str, *, limit: int = 20, offset: int = 0) -> Results:
    """Answer a typed or pasted query. Never raises for anything typed; `limit` is at most 100, `offset` 1,000."""
    begin = perf_counter()
    query = parse(text, me=str(getattr(viewer, "username", "")))
    return _answer(viewer, query, max(1, min(limit, MAX_LIMIT)), max(0, min(offset, MAX_OFFSET)), begin)


def glance(viewer: Viewer, text: str, *, limit: int = 6) -> Results:
    """The best results while somebody still types: the last word may be unfinished; no facets, no cut texts."""
    begin = perf_counter()
    query = parse(text, me=str(getattr(viewer, "username", "")))
    last = text[-1:].isalnum() and not query.is_paste
    query = replace(query, unfinished=query.words.split()[-1] if last and query.words else "")
    return _answer(viewer, query, limit, 0, begin, is_glance=True)


def similar(
    viewer: Viewer, text: str, *, limit: int = 5, without: Key | None = None, services: Collection[str] = ()
) -> Results:
    """Records like a text: a trace, a log, a symptom, a title. Nothing in it is read as a filter.

    A record of one of `services` stands a little higher; so does one that shares a service with the record `without`.
    """
    begin = perf_counter()
    found = parse(text)
    query = Query(text=text, words=found.text.strip(), is_paste=found.is_paste)
    limit = max(1, min(limit, MAX_LIMIT))
    near = {name.casefold() for name in services}
    if without is not None:
        near.update(*(standing.services for standing in digests.standings([without]).values()))
    answer = _answer(viewer, query, limit + (without is not None), 0, begin, services=near)
    kept = tuple(r for r in answer.results if without is None or (r.hit.kind, r.hit.id) != without)[:limit]
    dropped = len(answer.results) > len(kept) and without is not None
    return replace(answer, results=kept, count=answer.count - dropped, limit=limit)


def as_json(results: Results) -> dict[str, Any]:
    """The answer in the API's words. The caller makes `url` absolute and adds `next`."""
    return {
        "count": results.count,
        "count_is_exact": results.count_is_exact,
        "took_ms": results.took_ms,
        "did_you_mean": results.did_you_mean or None,
        "notice": results.notice or None,
        "notes": list(results.notes),
        "engine": results.engine,
        "facets": {f.name: [{"value": v.value, "count": v.count} for v in f.values] for f in results.facets},
        "results": [_as_json(result) for result in results.results],
    }


def _as_json(result: Result) -> dict[str, Any]:
    hit = result.hit
    return {
        "kind": hit.kind,
        "number": hit.number,
        "title": hit.title,
        "url": hit.url,
        "score": round(result.score, 4),
        "external_id": hit.external_id or None,
        "severity": hit.severity or None,
        "status": hit.status or None,
        "services": list(hit.services),
        "started_at": hit.started_at.isoformat() if hit.started_at else None,
        "root_cause": hit.root_cause or None,
        "fix": hit.fix or None,
        "verified": hit.verified,
        "verified_note": hit.note or None,
        "first_checks": list(hit.first_checks),
        "highlights": [
            {"field": h.field, "label": h.label, "html": str(h.html), "anchor": h.anchor} for h in result.highlights
        ],
        "why": list(result.why),
        "alike": _alike_as_json(result.alike) if result.alike else None,
    }


def _alike_as_json(found: Alike) -> dict[str, Any]:
    return {
        "label": found.label,
        "anchor": found.anchor,
        "why": list(found.why),
        "lines": [asdict(x) for x in found.lines],
    }


def _answer(
    viewer: Viewer,
    query: Query,
    limit: int,
    offset: int,
    begin: float,
    *,
    is_glance: bool = False,
    services: Collection[str] = (),
) -> Results:
    if query.is_empty:
        return Results(text=query.text, limit=limit, offset=offset, is_empty_query=True)
    ranking = rank(
        viewer,
        query,
        limit if is_glance else max(offset + limit, RERANKED),
        facets=() if is_glance or query.is_paste else FACETS,
    )
    terms = normalised(query)
    today = timezone.localdate().toordinal()
    rows, shares = reranked(ranking.rows, terms, today=today, matched=ranking.matched, services=services)
    shown = rows[offset : offset + limit]
    marker = Marker([*ranking.plan.terms, *_phrase_terms(ranking)])
    reading = None if is_glance else ranking.reading
    results = _results(viewer, shown, marker, reading, shares)
    if query.is_paste and reading:
        results = _compared(query.words, results, reading)
    return Results(
        text=query.text,
        results=results,
        count=max(ranking.total - (len(shown) - len(results)), 0),
        count_is_exact=ranking.is_exact,
        took_ms=round((perf_counter() - begin) * 1000, 1),
        did_you_mean=_suggestion(query, ranking),
        facets=_facets(query, ranking),
        chips=query.chips,
        notes=(*query.notes, *ranking.notes),
        notice=ranking.notice,
        engine=ranking.engine,
        limit=limit,
        offset=offset,
        terms=terms,
        is_paste=query.is_paste,
    )


def _phrase_terms(ranking: Ranking) -> list[Term]:
    return [term for group in ranking.plan.required for c in group if isinstance(c, AllOf) for term in c.terms]


def _results(
    viewer: Viewer, rows: Sequence[Scored], marker: Marker, reading: Reading | None, shares: Mapping[Key, Shares]
) -> tuple[Result, ...]:
    hits: dict[Key, Hit] = {}
    for source in registry.sources():
        ids = [row.key[1] for row in rows if row.key[0] == source.kind]
        if ids:
            hits.update({(source.kind, pk): hit for pk, hit in source.hits(viewer, ids).items()})
    parts = reading.parts(hits) if reading else {}
    return tuple(
        Result(
            hit=hits[row.key],
            score=row.score,
            why=tuple(dict.fromkeys(why(term.lstrip("=")) for term in row.terms)),
            title_html=marker.mark(hits[row.key].title),
            highlights=cut(parts.get(row.key, ()), marker),
            shares=shares.get(row.key, ()),
        )
        for row in rows
        if row.key in hits
    )


def _compared(text: str, results: tuple[Result, ...], reading: Reading) -> tuple[Result, ...]:
    """The first results with the place that says the same as the pasted text."""
    pasted = Pasted(text)
    parts = reading.parts([(result.hit.kind, result.hit.id) for result in results[:MAX_RESULTS]])
    first = [
        replace(result, alike=pasted.alike(parts.get((result.hit.kind, result.hit.id), ())))
        for result in results[:MAX_RESULTS]
    ]
    return (*first, *results[MAX_RESULTS:])


def _suggestion(query: Query, ranking: Ranking) -> str:
    """The query with its slips put right; every word in it stands in a record that the viewer may see."""
    text = query.text
    for typed, meant in ranking.corrections.items():
        text = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", meant, text, flags=re.IGNORECASE)
    return text if text != query.text else ""


def _facets(query: Query, ranking: Ranking) -> tuple[Facet, ...]:
    if query.is_paste:
        return ()
    asked = [clause for group in query.required for clause in group if isinstance(clause, Filter)]
    chosen = {(clause.name, clause.value.casefold()) for clause in asked}
    found = []
    for name in FACETS:
        counts = sorted(ranking.facets.get(name, {}).items(), key=lambda row: (-row[1], row[0]))
        if name == "year":
            counts.sort(reverse=True)
        known = registry.known_values(name) if counts else {}
        values = tuple(
            FacetValue(value, known.get(value) or _label(name, value), count, (name, value.casefold()) in chosen)
            for value, count in counts[:MAX_FACET_VALUES]
        )
        if values:
            found.append(Facet(name, values))
    return tuple(found)


def _label(name: str, value: str) -> str:
    for source in registry.sources():
        label = source.fact_label(name, value)
        if label:
            return label
    return value
