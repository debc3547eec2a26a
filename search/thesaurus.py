"""Words that people in operations use for the same thing; a typed word brings the others of its line at low weight.

The shipped groups stand in thesaurus.txt. An installation adds groups of its own and puts shipped ones away
(`ThesaurusChange`, search/wording.py); what is in force is read again as soon as one of those rows comes or goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hindsight.lib.rows import Row, rows, table
from search.models import ThesaurusChange
from search.words import tokens, words_of

Group = tuple[str, ...]
Key = tuple[str, ...]


def read(line: str) -> Group:
    """The words and phrases of one line, with commas between."""
    return tuple(phrase for phrase in (" ".join(part.split()) for part in line.split(",")) if phrase)


def written(group: Group) -> str:
    """A group as one line."""
    return ", ".join(group)


GROUPS: tuple[Group, ...] = tuple(
    read(line)
    for line in Path(__file__).with_name("thesaurus.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)


@lru_cache(maxsize=4096)
def key(phrase: str) -> Key:
    """What a phrase is recognised by: its words by their stems; empty for a phrase without letters and digits."""
    found = []
    for token in tokens(phrase):
        words = words_of(token.lower())
        found.append(words[0].stem or words[0].text if words else token.lower())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """The groups in force, laid out by what each phrase is recognised by."""

    table: dict[Key, tuple[str, ...]]
    longest: int

    def alternatives(self, text: str) -> Iterator[tuple[Key, str]]:
        """What may be said instead of words of a text, each with the words it may stand in for, in small letters."""
        said = key(text) if len(text) < 200 else key.__wrapped__(text)
        words = [token.lower() for token in tokens(text)]
        for at in range(len(said)):
            for size in range(1, self.longest + 1):
                for other in self.table.get(said[at : at + size], ()):
                    yield tuple(words[at : at + size]), other


def made_of(groups: Iterable[Group]) -> Thesaurus:
    """Lay out some groups."""
    table: dict[Key, tuple[str, ...]] = {}
    for group in groups:
        for phrase in group:
            others = tuple(other for other in group if other != phrase)
            table[key(phrase)] = (*table.get(key(phrase), ()), *others)
    return Thesaurus(table, max(map(len, table), default=0))


SHIPPED = made_of(GROUPS)
TABLE = SHIPPED.table


class _InForce:
    """What this process read last, and what the rows looked like then."""

    stamp: Row = (0, None, None)
    thesaurus: Thesaurus = SHIPPED


def in_force() -> Thesaurus:
    """The shipped groups and this installation's changes to them, as they are at this moment; one small query."""
    # Asked with every search, so without the ORM.
    stamp = rows(f"SELECT count(*), max(id), max(changed_at) FROM {table(ThesaurusChange)}")[0]  # noqa: S608 - a name of ours
    if stamp != _InForce.stamp:
        _InForce.thesaurus = made_of(groups()) if stamp[0] else SHIPPED
        _InForce.stamp = stamp
    return _InForce.thesaurus


def groups() -> list[Group]:
    """Every group in force: the shipped ones that were not put away, then the installation's own."""
    changes = list(ThesaurusChange.objects.all())
    away = {row.words for row in changes if not row.is_own}
    shipped = [group for group in GROUPS if written(group) not in away]
    return [*shipped, *(read(row.words) for row in changes if row.is_own)]


def beside(text: str) -> Iterator[str]:
    """What may be said instead of words and phrases of a text, each once, in the text's order."""
    return iter(dict.fromkeys(other for _, other in alternatives(text)))


def alternatives(text: str) -> Iterator[tuple[Key, str]]:
    """The same with what each may stand in for: the words of the text, in small letters."""
    return in_force().alternatives(text)
