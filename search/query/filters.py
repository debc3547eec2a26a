"""What each filter accepts, and what its value comes to."""

import re
from dataclasses import dataclass

from hindsight.lib.languages import normalise_language
from search import registry
from search.query.tree import Either, Filter, Leaf, Negated, Node, Phrase, Words

# Filter names, and what else people type for them.
ALIASES = {
    "services": "service",
    "sev": "severity",
    "state": "status",
    "tags": "tag",
    "label": "tag",
    "type": "kind",
    "causes": "cause",
    "factor": "cause",
    "language": "lang",
    "author": "by",
    "person": "by",
    "err": "error",
    "proof": "verified",
    "since": "after",
    "until": "before",
    "field": "in",
}
NAMES = (
    "service",
    "severity",
    "status",
    "tag",
    "cause",
    "kind",
    "has",
    "is",
    "by",
    "lang",
    "error",
    "verified",
    "year",
    "number",
    "in",
    "after",
    "before",
)
DAY_NAMES = frozenset({"after", "before"})
# Their values have an order, so that <=, < and .. mean something.
ORDERED = frozenset({"severity", "year"})

# What people call the places of a record, and the fields that these are in a document.
PLACES: dict[str, tuple[str, ...]] = {
    "title": ("title", "number"),
    "summary": ("summary",),
    "impact": ("symptom",),
    "symptom": ("symptom",),
    "cause": ("root_cause",),
    "fix": ("fix",),
    "verification": ("verification",),
    "step": ("step",),
    "diagnosis": ("step",),
    "timeline": ("entry",),
    "entry": ("entry",),
    "section": ("section", "summary", "symptom", "root_cause", "fix", "verification"),
    "postmortem": ("section", "summary", "symptom", "root_cause", "fix", "verification"),
    "snippet": ("code",),
    "code": ("code",),
    "log": ("log",),
    "screenshot": ("log", "attachment"),
    "file": ("attachment", "log"),
    "attachment": ("attachment", "log"),
    "action": ("action",),
    "comment": ("comment",),
    "service": ("service",),
    "tag": ("tag",),
    "person": ("person",),
    "link": ("link",),
}
_RANGE = re.compile(r"(<=|>=|<|>|=|≤|≥)(.+)")
_SIGNS = {"≤": "<=", "≥": ">="}
_SPAN = re.compile(r"(.*?)\.\.\.?(.*)")
# Years that a record may have; a range is written out.
_YEARS = tuple(str(year) for year in range(1970, 2061))


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that the filter does not take, and what it takes."""

    accepted: str


def canonical(name: str) -> str:
    """The filter that a typed name means, or ""."""
    low = name.casefold()
    low = ALIASES.get(low, low)
    # "Error:x" is how messages begin.
    if low == "error" and name != name.lower():
        return ""
    return low if low in NAMES else ""


def read(name: str, value: str, *, me: str) -> Node | Refused:
    """A filter other than a day or `in:` as a node of the tree."""
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        return Refused(accepted_by(name))
    if name == "error":
        return _either([_error(part) for part in parts])
    found: list[Node] = []
    for part in parts:
        node = _value(name, part, me)
        if isinstance(node, Refused):
            return node
        found.append(node)
    return _either(found)


def places(value: str) -> frozenset[str] | Refused:
    """The fields that `in:` names."""
    found: set[str] = set()
    for part in filter(None, (part.strip().casefold() for part in value.split(","))):
        fields = PLACES.get(part) or PLACES.get(part.removesuffix("s"))
        if fields is None:
            return Refused(accepted_by("in"))
        found.update(fields)
    return frozenset(found) if found else Refused(accepted_by("in"))


def accepted_by(name: str) -> str:
    """What a filter takes, in words."""
    if name == "in":
        return ", ".join(PLACES)
    known = tuple(known_values(name))
    if name == "severity" and known:
        return f"{', '.join(known)}, <={known[min(1, len(known) - 1)]} or {known[0]}..{known[-1]}"
    if name == "year":
        return "2026, >=2024 or 2024..2026"
    return ", ".join(known) if known else "any name"


def known_values(name: str) -> dict[str, str]:
    """The values of a filter that has a closed set of them, with how each is written for people."""
    known = registry.known_values(name)
    if name == "is":
        return {**known, **registry.known_values("verified"), **_UNVERIFIED}
    if name == "status" and "open" in registry.known_values("is"):
        return {**known, "open": "Open"}
    return known


_UNVERIFIED = {"unverified": "Unverified"}


def _value(name: str, value: str, me: str) -> Node | Refused:
    if name in ORDERED and (several := _ordered(name, value)):
        return several
    if name == "by":
        value = value.removeprefix("@")
        return Leaf(Filter("by", me if value.casefold() == "me" and me else value))
    if name == "lang":
        return Leaf(Filter("lang", normalise_language(value) or value))
    known = known_values(name)
    if known:
        chosen = _chosen(known, value, name)
        return _closed(name, chosen) if chosen else Refused(accepted_by(name))
    if name == "year" and value not in _YEARS:
        return Refused(accepted_by(name))
    return Leaf(Filter(name, value))


def _closed(name: str, value: str) -> Node:
    if name == "is" and value == "unverified":
        return Negated(Leaf(Filter("verified", "verified")))
    if name == "is" and value in registry.known_values("verified"):
        return Leaf(Filter("verified", value))
    if name == "status" and value == "open":
        return Leaf(Filter("is", "open"))
    return Leaf(Filter(name, value))


def _chosen(known: dict[str, str], value: str, name: str) -> str:
    """The known value that is meant: its name, its label, or the only one that begins so."""
    asked = _bare(value)
    if name == "severity" and asked.isdigit():
        asked = f"sev{asked}"
    same = [key for key, label in known.items() if asked in {_bare(key), _bare(label)}]
    near = same or [k for k, label in known.items() if _bare(k).startswith(asked) or _bare(label).startswith(asked)]
    if not near and asked.endswith("s"):
        near = [key for key in known if _bare(key) == asked[:-1]]
    return near[0] if asked and len(near[:2]) == 1 else (same[0] if same else "")


def _ordered(name: str, value: str) -> Node | None:
    """<=sev2, >2024, sev1..sev3 as the values that they mean; None for a plain value or one nobody knows."""
    scale = _YEARS if name == "year" else tuple(registry.known_values(name))
    if found := _RANGE.fullmatch(value):
        at = _place(scale, name, found[2])
        sign = _SIGNS.get(found[1], found[1])
        spans = {"<=": (0, at + 1), "<": (0, at), ">=": (at, len(scale)), ">": (at + 1, len(scale)), "=": (at, at + 1)}
        return _written_out(name, scale[slice(*spans[sign])]) if at >= 0 else None
    if (found := _SPAN.fullmatch(value)) and (found[1] or found[2]):
        first = _place(scale, name, found[1]) if found[1] else 0
        last = _place(scale, name, found[2]) if found[2] else len(scale) - 1
        if min(first, last) >= 0:
            return _written_out(name, scale[min(first, last) : max(first, last) + 1])
    return None


def _place(scale: tuple[str, ...], name: str, value: str) -> int:
    chosen = _chosen({step: step for step in scale}, value.strip(), name) if value.strip() else ""
    return scale.index(chosen) if chosen else -1


def _written_out(name: str, values: tuple[str, ...]) -> Node:
    # Nothing is below the lowest: a filter that no record fulfils.
    return _either([Leaf(Filter(name, value)) for value in values or ("",)])


def _error(value: str) -> Node:
    return Leaf(Phrase(value) if " " in value else Words(value))


def _either(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).casefold()
