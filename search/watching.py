"""Telling people of new records that their saved searches find.

What is new is looked at when the worker takes it into the index, so the cost does not grow with the library: a record
made after its owner ticked "tell me" is held against the search, once. Who may see it is decided only when it is told,
on the page and in the mail, by what holds at that moment.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from search import planning, registry
from search.documents import Document
from search.engines.protocol import Key, Scored
from search.models import SavedFind, SavedSearch
from search.pending import EmptyView, Loose, LooseView
from search.query import Query, parse
from search.reading import Reading
from search.registry import Hit, Viewer
from search.words import tokens, words_of

# Of one search so many untold records are counted; "99+" says the same.
MOST_COUNTED = 100
# What nobody could be told of for so long is told no more by mail.
MAILED_WITHIN = timedelta(days=7)
IN_ONE_MAIL = 20
_BATCH = 500


def look_at(documents: Iterable[Document]) -> None:
    """Note which searches find these records; safe to repeat. Called where the index takes them in."""
    held = [document for document in documents if document.made_at is not None]
    if not held:
        return
    newest = max(document.made_at for document in held if document.made_at)
    searches = list(SavedSearch.objects.filter(tells_since__lt=newest).select_related("owner"))
    found = [
        SavedFind(search=search, kind=kind, object_id=pk, found_at=timezone.now())
        for search in searches
        for kind, pk in _found(search, held)
    ]
    SavedFind.objects.bulk_create(found, ignore_conflicts=True, batch_size=_BATCH)


def _found(search: SavedSearch, documents: list[Document]) -> Iterator[Key]:
    since = search.tells_since
    fresh = [d for d in documents if since and d.made_at and d.made_at > since]
    if fresh:
        query = parse(search.query, me=str(getattr(search.owner, "username", "")))
        yield from matching(query, fresh)


def matching(query: Query, documents: list[Document]) -> list[Key]:
    """Those of these records that pass every filter of a query, hold its phrases, and hold all of its words."""
    if query.is_empty:
        return []
    plan = planning.plan(query, LooseView(EmptyView(), documents)).plan
    loose = [Loose(document) for document in documents]
    rows = [Scored(each.document.key, 0.0, ()) for each in loose if each.is_allowed(plan) and _has_words(each, query)]
    if query.reads_text:
        rows = Reading(documents).with_phrases(rows, query)
    return [row.key for row in rows]


def _has_words(loose: Loose, query: Query) -> bool:
    """Tell whether a record holds each plain word: whole, by its stem, or, of an identifier, all its pieces."""
    return all(_has_token(loose, token) for token in dict.fromkeys(tokens(query.words)))


def _has_token(loose: Loose, token: str) -> bool:
    words = words_of(token)
    if not words:
        return True
    held = [word.text in loose.counts or bool(word.stem and _stemmed(loose, word.stem)) for word in words]
    return held[0] or (len(held) > 1 and all(held[1:]))


def _stemmed(loose: Loose, stem: str) -> bool:
    return stem in loose.counts or f"~{stem}" in loose.counts


def untold(person: Viewer) -> Counter[int]:
    """How many new records each of a person's searches found that they have not seen and may see now, by search."""
    rows = SavedFind.objects.filter(search__owner=person, search__tells_since__isnull=False, seen_at=None)
    finds = list(rows.order_by("-pk").values_list("search_id", "kind", "object_id")[: MOST_COUNTED * 5])
    seen = _visible(person, {(kind, pk) for _, kind, pk in finds})
    return Counter(search for search, kind, pk in finds if (kind, pk) in seen)


def finds_of(search: SavedSearch, person: Viewer) -> list[tuple[SavedFind, Hit]]:
    """The newest records that a search found and that its owner may see now, with whether they were seen before."""
    finds = list(search.finds.order_by("-pk")[:MOST_COUNTED])
    hits = _hits(person, {(find.kind, find.object_id) for find in finds})
    return [(find, hits[find.kind, find.object_id]) for find in finds if (find.kind, find.object_id) in hits]


def note_seen(*, search: SavedSearch, now: datetime) -> None:
    """Count what a search has found so far as news no longer."""
    search.finds.filter(seen_at=None).update(seen_at=now)


def to_mail(person: Viewer, now: datetime) -> list[tuple[SavedFind, Hit]]:
    """What a person's searches found that they were not mailed of and may see now, each once, oldest first."""
    rows = SavedFind.objects.filter(
        search__owner=person,
        search__tells_since__isnull=False,
        search__tells_by_mail=True,
        mailed_at=None,
        seen_at=None,
        found_at__gt=now - MAILED_WITHIN,
    )
    finds = list(rows.select_related("search").order_by("pk")[:_BATCH])
    told = _told(person, finds)
    hits = _hits(person, {(find.kind, find.object_id) for find in finds} - told)
    different: dict[Key, tuple[SavedFind, Hit]] = {}
    for find in finds:
        key = (find.kind, find.object_id)
        if key in hits:
            different.setdefault(key, (find, hits[key]))
    return list(different.values())


def note_mailed(person: Viewer, keys: Collection[Key], now: datetime) -> None:
    """Remember that a person was mailed of these records, whichever of their searches found them."""
    for kind in {kind for kind, _ in keys}:
        ids = [pk for name, pk in keys if name == kind]
        rows = SavedFind.objects.filter(search__owner=person, kind=kind, object_id__in=ids, mailed_at=None)
        rows.update(mailed_at=now)


def waiting_owners(now: datetime) -> list[int]:
    """The people for whom something may have to be mailed."""
    rows = SavedFind.objects.filter(
        search__tells_since__isnull=False,
        search__tells_by_mail=True,
        mailed_at=None,
        seen_at=None,
        found_at__gt=now - MAILED_WITHIN,
    )
    return sorted(set(rows.order_by().values_list("search__owner_id", flat=True).distinct()))


def _told(person: Viewer, finds: list[SavedFind]) -> set[Key]:
    """Those records that another search of the person has told them of."""
    ids = {find.object_id for find in finds}
    rows = SavedFind.objects.filter(search__owner=person, object_id__in=ids).exclude(mailed_at=None)
    return set(rows.values_list("kind", "object_id"))


def _visible(person: Viewer, keys: Collection[Key]) -> set[Key]:
    return {
        (source.kind, pk)
        for source in registry.sources()
        if (ids := [pk for kind, pk in keys if kind == source.kind])
        for pk in source.visible_ids(person, ids)
    }


def _hits(person: Viewer, keys: Collection[Key]) -> dict[Key, Hit]:
    return {
        (source.kind, pk): hit
        for source in registry.sources()
        if (ids := [pk for kind, pk in keys if kind == source.kind])
        for pk, hit in source.hits(person, ids).items()
    }
