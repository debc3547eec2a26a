"""A document's words as numbers: how often each stands in each weight group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from search.documents import Part
from search.fields import GROUP_COUNT, group_of
from search.signing import FIELD, form_of
from search.words import counted_words

# Texts of 5 MB must not fill the index: what stands behind this many words of a document is not found. A log of 1 MB
# has up to 400,000.
MAX_WORDS = 600_000
# Long texts come last, so that they never take the room of what people wrote.
_LONG = 10_000


Tallies: TypeAlias = tuple[dict[str, list[int]], tuple[int, ...]]


def tallies(parts: Iterable[Part]) -> Tallies:
    """Each word's four counts, and how many words each group has."""
    by_group: dict[int, list[str]] = {}
    signed: list[str] = []
    for part in parts:
        if part.field == FIELD:
            signed.append(part.text)
        else:
            by_group.setdefault(group_of(part.field), []).append(part.text)
    counts: dict[str, list[int]] = {}
    lengths = [0] * GROUP_COUNT
    for group, words in _counted(by_group):
        lengths[group] += sum(words.values())
        _add(counts, group, words)
    for text in signed:
        _add(counts, group_of(FIELD), dict.fromkeys(map(form_of, text.split()), 1))
    return counts, tuple(lengths)


def _counted(by_group: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, dict[str, int]]]:
    """The words of each group with how often they stand there; the first `MAX_WORDS`, long texts last."""
    if sum(len(text) for texts in by_group.values() for text in texts) < MAX_WORDS:
        yield from ((group, counted_words(texts)) for group, texts in by_group.items())
        return
    room = MAX_WORDS
    for group, text in sorted(
        ((group, text) for group, texts in by_group.items() for text in texts), key=lambda row: len(row[1]) > _LONG
    ):
        words = counted_words([text], max(room, 0))
        room -= sum(words.values())
        yield group, words


def _add(counts: dict[str, list[int]], group: int, words: Mapping[str, int]) -> None:
    for word, times in words.items():
        tally = counts.get(word)
        if tally is None:
            tally = counts[word] = [0] * GROUP_COUNT
        tally[group] += times
