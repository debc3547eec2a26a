"""Words that people in operations use for the same thing; a typed word brings the others of its line at low weight."""

from collections.abc import Iterator
from pathlib import Path

from search.words import tokens, words_of

GROUPS = tuple(
    tuple(phrase.strip() for phrase in line.split(","))
    for line in Path(__file__).with_name("thesaurus.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)


def _key(phrase: str) -> tuple[str, ...]:
    found = []
    for token in tokens(phrase):
        words = words_of(token.lower())
        found.append(words[0].stem or words[0].text if words else token.lower())
    return tuple(found)


def _table() -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for group in GROUPS:
        for phrase in group:
            others = tuple(other for other in group if other != phrase)
            table[_key(phrase)] = (*table.get(_key(phrase), ()), *others)
    return table


TABLE = _table()
LONGEST = max(map(len, TABLE))


def beside(text: str) -> Iterator[str]:
    """What may be said instead of words and phrases of a text, each once, in the text's order."""
    return iter(dict.fromkeys(other for _, other in alternatives(text)))


def alternatives(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The same with what each may stand in for: the words of the text, in small letters."""
    said = _key(text)
    words = [token.lower() for token in tokens(text)]
    for at in range(len(said)):
        for size in range(1, LONGEST + 1):
            for other in TABLE.get(said[at : at + size], ()):
                yield tuple(words[at : at + size]), other
