"""Long texts in stretches of whole lines: each is matched by itself and opens at its own place."""

from collections.abc import Iterator
from dataclasses import dataclass

# A stretch ends with the line that passes one of these.
LINES = 400
CHARACTERS = 16_000
# A single line of a megabyte is cut, or no limit above would hold.
LINE_CHARACTERS = 16_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some lines of a text; `line` is the number of the first, counted from 1."""

    line: int
    text: str


def chunks(text: str) -> Iterator[Chunk]:
    """The stretches of a text, in order; nothing of them is lost, none is empty."""
    held: list[str] = []
    first, size = 1, 0
    for number, line in enumerate(text.split("\n"), 1):
        for at in range(0, max(len(line), 1), LINE_CHARACTERS):
            piece = line[at : at + LINE_CHARACTERS]
            if held and (len(held) >= LINES or at or size + len(piece) > CHARACTERS):
                yield from _made(first, held)
                held, size, first = [], 0, number
            held.append(piece)
            size += len(piece) + 1
    yield from _made(first, held)


def _made(first: int, held: list[str]) -> Iterator[Chunk]:
    text = "\n".join(held)
    if text.strip():
        yield Chunk(first, text)
