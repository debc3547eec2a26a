"""Words of everyday speech: in a query told in a sentence they say little about what broke."""

from pathlib import Path
from typing import Final

from search.words import stem

WORDS: Final = frozenset(
    word
    for line in Path(__file__).with_name("everyday.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
_STEMS: Final = frozenset(map(stem, WORDS))


def is_everyday(word: str) -> bool:
    """Tell whether a word is one of everyday speech, in any of its forms."""
    return stem(word.lower()) in _STEMS
