"""What a query that is being typed may become: filters, their values, longer words; each from visible records only."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError

from search import ranking, registry
from search.engines.protocol import Plan, View
from search.narrowing import written
from search.query import filters
from search.registry import Viewer

logger = logging.getLogger(__name__)

MOST = 6
MOST_WORDS = 3
MAX_TYPED = 400
# Facts whose values are names that records gave them; the others have a closed set of values.
COUNTED = ("service", "tag")
EXAMPLES = {
    "service": "of one service",
    "severity": "sev1, <=sev2",
    "status": "open, resolved",
    "tag": "with a tag",
    "cause": "capacity, change",
    "kind": "near_miss, drill",
    "has": "fix, screenshot, snippet",
    "is": "open, unverified, private",
    "by": "me, or a user name",
    "lang": "python, sql",
    "error": "ECONNREFUSED",
    "verified": "verified, waived",
    "year": "2026",
    "number": "INC-42",
    "in": "title, fix, step",
    "after": "2026-01, 30d",
    "before": "2026-01, 30d",
}
_DAYS = ("7d", "30d", "1y")
_FILTER = re.compile(r"(-?)([A-Za-z]{2,12}):([^\s\"]*)")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A whole query to go on with; `label` is the part that is new, `hint` says what it is."""

    kind: str
    text: str
    label: str
    hint: str = ""
    # Where it leads, for a record; "" for a query.
    url: str = ""


def suggest(viewer: Viewer, text: str) -> list[Suggestion]:
    """A handful of ways to go on; none for a pasted text, or when the index can't answer."""
    if not text or len(text) > MAX_TYPED or "\n" in text or text[-1].isspace() or text.count('"') % 2:
        return []
    head, last = _cut(text)
    try:
        view, _ = ranking.view_of(viewer)
        numbers = _of_number(viewer, last) if not head.strip() else []
        found = _of_filter(view, last) if _FILTER.fullmatch(last) else _of_word(view, last)
    except DatabaseError:
        raise
    except Exception as problem:
        # A damaged index raises nearly anything; the search itself says so, the suggestions just stay away.
        logger.warning("No suggestions: %s", problem)
        return []
    more = [Suggestion(kind, f"{head}{label}", label, hint) for kind, label, hint in found if label != last]
    return [*numbers, *more][:MOST]


def _of_number(viewer: Viewer, typed: str) -> list[Suggestion]:
    """The record whose number this is, "inc4" and "4" as well as "INC-4"; none that the person may not see."""
    hits = [
        hit
        for source in registry.sources()
        if (ids := source.ids_for_number(typed))
        for hit in source.hits(viewer, ids).values()
    ]
    return [Suggestion("number", hit.number, hit.number, hit.title, hit.url) for hit in hits]


def _cut(text: str) -> tuple[str, str]:
    """What stays, and the word at the end."""
    begin = max(text.rfind(" "), text.rfind("\t"), text.rfind("(")) + 1
    return text[:begin], text[begin:]


def _of_filter(view: View, typed: str) -> list[tuple[str, str, str]]:
    match = _FILTER.fullmatch(typed)
    name = filters.canonical(match[2]) if match else ""
    if match is None or not name:
        return []
    begun = match[3].rsplit(",", 1)[-1]
    earlier = match[3][: len(match[3]) - len(begun)]
    values = [(value, hint) for value, hint in _values(view, name) if _begins(value, begun) or _begins(hint, begun)]
    return [("value", f"{match[1]}{written(name, [f'{earlier}{value}'])}", hint) for value, hint in values[:MOST]]


def _of_word(view: View, typed: str) -> list[tuple[str, str, str]]:
    if len(typed) < 2 or not typed[0].isalnum():
        return []
    names = [("filter", f"{name}:", EXAMPLES.get(name, "")) for name in filters.NAMES if name.startswith(typed.lower())]
    values = [
        ("value", written(name, [value]), hint)
        for name in COUNTED
        for value, hint in _counted(view, name)
        if _begins(value, typed)
    ]
    words = [("word", word, "") for word, _ in view.completions(typed.lower(), MOST_WORDS)]
    return [*names[:2], *values[:3], *words]


def _values(view: View, name: str) -> Iterable[tuple[str, str]]:
    """The values of a filter with what is said beside each."""
    if name in filters.DAY_NAMES:
        return [(day, "ago") for day in _DAYS]
    if name == "in":
        return [(place, "") for place in filters.PLACES]
    if name == "by":
        return [("me", "you")]
    known = filters.known_values(name)
    if known:
        return list(known.items())
    return _counted(view, name)


def _counted(view: View, name: str) -> list[tuple[str, str]]:
    """The values that visible records have, the most frequent first."""
    counts = view.rank(Plan(), 1, (name,)).facets.get(name, {})
    ordered = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return [(value, f"{count:,} {'record' if count == 1 else 'records'}") for value, count in ordered]


def _begins(text: str, begun: str) -> bool:
    return text.casefold().startswith(begun.casefold())
