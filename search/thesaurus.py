"""Words that people in operations use for the same thing; a typed word brings the others of its line at low weight.

The shipped groups stand in thesaurus.txt. What people see, and what those who repaired it call it, stands in
thesaurus_symptoms.txt and is read in that direction alone. An installation adds groups of its own and puts shipped
lines away (`ThesaurusChange`, search/wording.py); what is in force is read again as soon as one of those rows comes or
goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from hindsight.lib.rows import Row, rows, table
from search.models import ThesaurusChange
from search.words import stem, tokens, words_of

Group = tuple[str, ...]
Key = tuple[str, ...]


def read(line: str) -> Group:
    """The words and phrases of one line, with commas between."""
    return tuple(phrase for phrase in (" ".join(part.split()) for part in line.split(",")) if phrase)


@dataclass(frozen=True, slots=True)
class Symptom:
    """What people see, and what it may be called by those who repaired it."""

    seen: Group
    called: Group


# What a symptom's names count, in shares of what the other words of a group do.
SYMPTOM_SHARE: Final = 0.8
ARROW: Final = ">"


def read_symptom(line: str) -> Symptom:
    """The two sides of one line, with ">" between. Raises ValueError for a line without it."""
    seen, called = line.split(ARROW)
    return Symptom(read(seen), read(called))


def written(line: Group | Symptom) -> str:
    """A group, or a symptom, as one line."""
    if isinstance(line, Symptom):
        return f"{written(line.seen)} {ARROW} {written(line.called)}"
    return ", ".join(line)


def _lines(name: str) -> list[str]:
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


GROUPS: tuple[Group, ...] = tuple(map(read, _lines("thesaurus.txt")))
SYMPTOMS: tuple[Symptom, ...] = tuple(map(read_symptom, _lines("thesaurus_symptoms.txt")))
LINES: tuple[Group | Symptom, ...] = (*GROUPS, *SYMPTOMS)


@lru_cache(maxsize=4096)
def key(phrase: str) -> Key:
    """What a phrase is recognised by: its words by their stems; empty for a phrase without letters and digits."""
    found = []
    for token in tokens(phrase):
        words = words_of(token.lower())
        found.append(words[0].stem or words[0].text if words else token.lower())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a text brings besides itself: `said` are words of the text in small letters, `other` stands in for them, and
    `share` says how much of the usual weight that counts."""

    said: Key
    other: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """The lines in force, laid out by what each phrase is recognised by: what it brings, and at which share."""

    table: dict[Key, dict[str, float]]
    longest: int

    def alternatives(self, text: str) -> Iterator[Brought]:
        """What may be said instead of words of a text, in its order."""
        said = key(text) if len(text) < 200 else key.__wrapped__(text)
        words = [token.lower() for token in tokens(text)]
        for at in range(len(said)):
            for size in range(1, min(self.longest, len(said) - at) + 1):
                for other, share in self.table.get(said[at : at + size], {}).items():
                    yield Brought(tuple(words[at : at + size]), other, share)


def made_of(lines: Iterable[Group | Symptom]) -> Thesaurus:
    """Lay out some groups and symptoms."""
    table: dict[Key, dict[str, float]] = {}
    for line in lines:
        if isinstance(line, Symptom):
            seen, called, share = line.seen, line.called, SYMPTOM_SHARE
        else:
            seen, called, share = line, line, 1.0
        for phrase in seen:
            brought = table.setdefault(key(phrase), {})
            for other in called:
                if other != phrase:
                    brought[other] = max(share, brought.get(other, 0.0))
    return Thesaurus(table, max(map(len, table), default=0))


SHIPPED = made_of(LINES)
TABLE = SHIPPED.table


class _InForce:
    """What this process read last, and what the rows looked like then."""

    stamp: Row = (0, None, None)
    thesaurus: Thesaurus = SHIPPED


def in_force() -> Thesaurus:
    """The shipped lines and this installation's changes to them, as they are at this moment; one small query."""
    # Asked with every search, so without the ORM.
    stamp = rows(f"SELECT count(*), max(id), max(changed_at) FROM {table(ThesaurusChange)}")[0]  # noqa: S608 - a name of ours
    if stamp != _InForce.stamp:
        _InForce.thesaurus = made_of(lines()) if stamp[0] else SHIPPED
        _InForce.stamp = stamp
    return _InForce.thesaurus


def lines() -> list[Group | Symptom]:
    """Every line in force: the shipped ones that were not put away, then the installation's own groups."""
    changes = list(ThesaurusChange.objects.all())
    away = {row.words for row in changes if not row.is_own}
    found = [line for line in LINES if written(line) not in away]
    found.extend(read(row.words) for row in changes if row.is_own)
    return found


def beside(text: str) -> Iterator[str]:
    """What may be said instead of words and phrases of a text, each once, in the text's order."""
    return iter(dict.fromkeys(each.other for each in alternatives(text)))


def alternatives(text: str) -> Iterator[Brought]:
    """The same with what each may stand in for, and at which share."""
    return in_force().alternatives(text)


def is_used(word: str) -> bool:
    """Tell whether a word stands in a shipped line, in any form: then it may be meant as it is typed."""
    return stem(word.lower()) in _used()


@lru_cache(maxsize=1)
def _used() -> frozenset[str]:
    brought = (key(other) for others in TABLE.values() for other in others)
    return frozenset(word for phrase in (*TABLE, *brought) for word in phrase)
