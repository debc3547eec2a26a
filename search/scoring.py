"""BM25F, the one formula that every engine ranks by, with its weights in one place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

from search.engines.protocol import Term


@dataclass(frozen=True, slots=True)
class Weights:
    """What a word is worth by where it stands (groups a to d of search/fields.py), and how length counts against it."""

    groups: tuple[float, ...] = (3.0, 1.5, 1.6, 1.0)
    lengths: tuple[float, ...] = (0.5, 0.4, 0.6, 0.7)
    saturation: float = 1.2
    # How much a record that holds more of the query gains over one that holds a single word of it many times.
    coverage: float = 0.5


WEIGHTS = Weights()


def rarity(frequency: int, count: int) -> float:
    """How much a word tells: high for one that few of `count` documents hold; never negative."""
    return log(1.0 + (count - frequency + 0.5) / (frequency + 0.5)) if count else 0.0


def alternatives_of(terms: Sequence[Term]) -> list[tuple[tuple[Term, ...], list[Term]]]:
    """Terms that count instead of others, with the terms they stand in for: none where no record can hold all of those,
    as one of them is no term."""
    by_text = {term.text: term for term in terms if not term.instead_of}
    found: dict[tuple[str, ...], list[Term]] = {}
    for term in terms:
        if term.instead_of:
            found.setdefault(term.instead_of, []).append(term)
    return [
        (tuple(by_text[text] for text in typed) if all(text in by_text for text in typed) else (), others)
        for typed, others in found.items()
    ]


def possible_of(terms: Sequence[Term], worth: Callable[[Term], float]) -> float:
    """What a record comes to that holds every word as it was typed, or the best of what stands in for a word that no
    record holds."""
    typed = sum(worth(term) for term in terms if not term.instead_of)
    unknown = (others for originals, others in alternatives_of(terms) if not originals)
    return typed + sum(max(map(worth, others)) for others in unknown)


def score(
    tallies: dict[str, tuple[int, ...]],
    lengths: tuple[int, ...],
    terms: Sequence[Term],
    frequencies: dict[str, int],
    count: int,
    mean_lengths: tuple[float, ...],
) -> float:
    """Score one document: `tallies` says how often each term stands in each group."""
    factors = tuple(
        weight / (1.0 - slope + slope * length / max(mean, 1.0))
        for weight, slope, length, mean in zip(WEIGHTS.groups, WEIGHTS.lengths, lengths, mean_lengths, strict=True)
    )

    def worth(term: Term) -> float:
        return term.weight * rarity(frequencies.get(term.text, 0), count)

    def points(term: Term) -> float:
        often = sum(times * factor for times, factor in zip(tallies[term.text], factors, strict=True))
        return worth(term) * often * (WEIGHTS.saturation + 1.0) / (WEIGHTS.saturation + often)

    typed = [term for term in terms if not term.instead_of]
    possible = possible_of(terms, worth)
    held = [term for term in typed if term.text in tallies]
    total, matched = sum(map(points, held)), sum(map(worth, held))
    for originals, others in alternatives_of(terms):
        there = [term for term in others if term.text in tallies]
        if there and not (originals and all(term.text in tallies for term in originals)):
            total += max(map(points, there))
            matched += max(map(worth, there))
    return total * (1.0 + WEIGHTS.coverage * matched / possible) if possible else total
