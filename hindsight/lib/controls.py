"""Characters of code that nobody sees, or that make it read otherwise than it runs, made visible (Trojan Source)."""

import re
import unicodedata
from functools import lru_cache

# Joiners and variation selectors belong inside many scripts and emoji; beside ASCII they only hide something.
_JOINERS = "\u200c\u200d\ufe00-\ufe0f"
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200b"
    "\u200e\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
    f"|(?<=[\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?=[\x00-\x7f])"
)
# Short names that people know; the rest is shown by its code point.
_SHORT = {
    0x00: "NUL", 0x08: "BS", 0x1B: "ESC", 0x7F: "DEL", 0xA0: "NBSP", 0xAD: "SHY", 0x061C: "ALM", 0x200B: "ZWSP",
    0x200C: "ZWNJ", 0x200D: "ZWJ", 0x200E: "LRM", 0x200F: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202A: "LRE",
    0x202B: "RLE", 0x202C: "PDF", 0x202D: "LRO", 0x202E: "RLO", 0x202F: "NNBSP", 0x2060: "WJ", 0x2066: "LRI",
    0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xFEFF: "BOM",
}  # fmt: skip
_NAMES = {0x00: "NULL", 0x08: "BACKSPACE", 0x1B: "ESCAPE", 0x7F: "DELETE"}


def find(text: str) -> list[str]:
    """The hidden characters of a text, one for each time it has one."""
    return _HIDDEN.findall(text)


def visible(html: str) -> str:
    """Show each hidden character of escaped code as a mark with its short name; the whole name is its label.

    The argument is HTML whose text is escaped and whose attributes hold no user text. Letters, the spaces of other
    scripts' joiners and the characters of emoji stay as they are.
    """
    return _HIDDEN.sub(lambda match: _mark(match.group()), html)


@lru_cache(maxsize=256)
def _mark(char: str) -> str:
    code = ord(char)
    name = unicodedata.name(char, _NAMES.get(code, "CONTROL CHARACTER"))
    label = f"{name}, U+{code:04X}"
    # The number is for copying: what is copied holds the character itself.
    return (
        f'<span class="hidden-char" role="img" aria-label="{label}" title="{label}" data-c="{code:x}">'
        f"{_SHORT.get(code, f'U+{code:04X}')}</span>"
    )
