"""Queries made from queries: with a filter more, or with one less."""

import re
from collections.abc import Iterable, Sequence

from search.query import Chip

_PLAIN = re.compile(r"[^\s\",()]+")


def written(name: str, values: Sequence[str]) -> str:
    """A filter as it is typed; quoted where a value would be taken apart."""
    together = ",".join(value.replace('"', "") for value in values)
    return f"{name}:{together}" if all(map(_PLAIN.fullmatch, values)) else f'{name}:"{together}"'


def toggled(text: str, chips: Iterable[Chip], name: str, value: str) -> str:
    """The query with this filter added, or without it if it asks for it already."""
    for chip in chips:
        if chip.name != name or value.casefold() not in {other.casefold() for other in chip.values}:
            continue
        rest = [other for other in chip.values if other.casefold() != value.casefold()]
        return text.replace(chip.text, written(name, rest), 1) if rest else chip.without
    return f"{text.strip()} {written(name, [value])}".strip()
