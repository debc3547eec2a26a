"""Wording that names a person as the cause, and what to ask instead. A hint for the writer, never a rule."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from hindsight.lib.text import strip_markdown

# People of an installation that are looked for; more names would find more words that are none.
NAMES_LIMIT = 2_000
TEXT_LIMIT = 20_000

# Words for people who do the work. "operator", "manager", "user", "agent" and the like name software as often.
_SOMEBODY = (
    r"(?:he|she|somebody|someone|(?:the|our|an?|one)\s+(?:[\w-]+\s+)?(?:engineer|developer|dev|programmer|administrator"
    r"|sysadmin|on-?call|on-?caller|responder|reviewer|colleague|intern|contractor|deployer|author|dba|sre))"
)
_CARELESS = r"(?:was|were)\s+(?:careless|negligent|sloppy|inattentive)"
# What only people do is enough beside any name; the others need a name that is surely one.
_ONLY_PEOPLE = rf"(?:forgot|neglected|overlooked|misread|mistyped|misjudged|panicked|{_CARELESS})"
_BLAMED = (
    r"(?:forgot|neglected|overlooked|misread|mistyped|misjudged|panicked|failed\s+to|broke"
    r"|should(?:n['’]t|\s+not)?\s+have|ought\s+to\s+have|could\s+have\s+(?:known|noticed|seen|checked)"
    r"|did(?:n['’]t|\s+not)\s+(?:bother|think|check|notice|test|read|pay\s+attention)"
    rf"|(?:accidentally|mistakenly|wrongly|carelessly)\s+\w+|made\s+a\s+(?:mistake|slip|typo)|{_CARELESS})"
)
_ERROR = re.compile(
    r"\b(?:(?:human|operator|pilot|personal)[\s-]+(?:error|mistake|failure)s?|fat[\s-]?finger(?:ed|ing|s)?"
    r"|carelessness|negligence|sloppiness)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(rf"\b{_SOMEBODY}\s+(?:\w+ly\s+)?{_BLAMED}\b", re.IGNORECASE)

WAS_ERROR = "What made the slip easy to make, and hard to see?"
FORGOT = "What could have reminded: a check, a checklist, an alert?"
SHOULD = "What was known at that moment, and what made this look right?"
CAUSED = "Which condition made this possible, whoever was there?"


@dataclass(frozen=True, slots=True)
class Hint:
    """The words that name a person, and a question that leads to what can be changed."""

    words: str
    question: str


def hint_for(text: str, names: Collection[str] = ()) -> Hint | None:
    """The first place where `text` makes a person the cause; None where it does not, which is usual.

    `names` are shown names and user names. A shown name of several words counts in full and by its first word, written
    with a capital; a user name counts after "@", or beside what only people do.
    """
    plain = " ".join(strip_markdown(text[:TEXT_LIMIT]).split())
    found = [match for match in (_ERROR.search(plain), _ROLE.search(plain), _named(plain, names)) if match]
    if not found:
        return None
    words = min(found, key=lambda match: match.start())[0]
    return Hint(words[:120], _question(words))


def _named(plain: str, names: Collection[str]) -> re.Match[str] | None:
    present = [name for name in names if name and name.split()[0].casefold() in plain.casefold()][:NAMES_LIMIT]
    full, plain_names = set(), set()
    for name in present:
        words = name.split()
        if len(words) > 1:
            full |= {name, words[0]} if len(words[0]) > 2 else {name}
        else:
            plain_names.add(name)
    patterns = []
    if full:
        who = _any_of(full)
        patterns.append(rf"\b{who}(?:\s+(?:and|or)\s+\w+)?\s+(?:(?i:\w+ly)\s+)?(?i:{_BLAMED})\b")
        patterns.append(
            rf"(?i:\b(?:because\s+of|caused\s+by|due\s+to|fault\s+of|mistake\s+(?:of|by)|error\s+(?:of|by))\s+){who}\b(?!-)"
        )
        patterns.append(rf"\b{who}['’]s\s+(?i:(?:\w+\s+)?(?:fault|mistake|error|slip|negligence|carelessness))\b")
    if plain_names:
        who = _any_of(plain_names)
        patterns.append(rf"(?i:(?<![\w@])@{who}\s+{_BLAMED})\b")
        patterns.append(rf"(?i:(?<![\w.-]){who}\s+{_ONLY_PEOPLE})\b")
    found = [match for pattern in patterns if (match := re.search(pattern, plain))]
    return min(found, key=lambda match: match.start()) if found else None


def _any_of(names: Collection[str]) -> str:
    return "(?:" + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) + ")"


def _question(words: str) -> str:
    lower = words.lower()
    if _ERROR.search(words) or "mistake" in lower or "careless" in lower or "typo" in lower:
        return WAS_ERROR
    if any(word in lower for word in ("forgot", "neglected", "overlooked", "failed to", "didn", "did not")):
        return FORGOT
    return SHOULD if "have" in lower else CAUSED
