"""BM25F, the one formula that every engine ranks by, with its weights in one place."""

from dataclasses import dataclass
from math import log


@dataclass(frozen=True, slots=True)
class Weights:
    """What a word is worth by where it stands (groups a to d of search/fields.py), and how length counts against it."""

    groups: tuple[float, ...] = (3.0, 1.5, 1.3, 1.0)
    lengths: tuple[float, ...] = (0.5, 0.4, 0.6, 0.7)
    saturation: float = 1.2
    # How much a record that holds more of the query gains over one that holds a single word of it many times.
    coverage: float = 0.5


WEIGHTS = Weights()


def rarity(frequency: int, count: int) -> float:
    """How much a word tells: high for one that few of `count` documents hold; never negative."""
    return log(1.0 + (count - frequency + 0.5) / (frequency + 0.5)) if count else 0.0


def score(
    tallies: dict[str, tuple[int, ...]],
    lengths: tuple[int, ...],
    terms: dict[str, float],
    frequencies: dict[str, int],
    count: int,
    mean_lengths: tuple[float, ...],
) -> float:
    """Score one document: `tallies` says how often each term stands in each group, `terms` what each weighs."""
    factors = tuple(
        weight / (1.0 - slope + slope * length / max(mean, 1.0))
        for weight, slope, length, mean in zip(WEIGHTS.groups, WEIGHTS.lengths, lengths, mean_lengths, strict=True)
    )
    total = matched = 0.0
    possible = sum(weight * rarity(frequencies.get(term, 0), count) for term, weight in terms.items())
    for term, weight in terms.items():
        tally = tallies.get(term)
        if tally is None:
            continue
        worth = weight * rarity(frequencies.get(term, 0), count)
        often = sum(times * factor for times, factor in zip(tally, factors, strict=True))
        total += worth * often * (WEIGHTS.saturation + 1.0) / (WEIGHTS.saturation + often)
        matched += worth
    return total * (1.0 + WEIGHTS.coverage * matched / possible) if possible else total
