"""Plain text: making it storable, cutting it short, and making its hidden characters visible."""

import re
import unicodedata
from dataclasses import dataclass

REPLACEMENT = "\ufffd"

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNSTORABLE_BUT_ESC = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\ud800-\udfff]")

# Joiners (U+200C, U+200D) belong inside many scripts and emoji; beside ASCII they only hide something.
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u2064\u2066-\u206f\ufeff]"
    "|(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])"
)

_FENCE_LINE = re.compile(r"^[ \t]{0,3}(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_LINE_MARK = re.compile(
    r"^[ \t]*(?:>[ \t]?|#{1,6}[ \t]+|[-*+][ \t]+|\d{1,9}[.)][ \t]+)+(?:\[[ xX]\][ \t]+)?", re.MULTILINE
)
_RULE_LINE = re.compile(r"^[ \t]{0,3}[-=*_|:+ \t]{3,}$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,200}\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_EMPHASIS = re.compile(r"(?<!\w)(?:\*{1,3}|_{1,3}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3}|~~)(?!\w)")
_TICKS = re.compile(r"`+")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
_SENTENCE_END = re.compile(r"[.!?…](?=[\"')\]]?\s+[^\sa-z])")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text that both databases store alike, and how many characters had to be replaced in it."""

    text: str
    replaced: int


def clean(text: str, *, keep_ansi: bool = False) -> Cleaned:
    """Replace NUL, other control characters (not tab, LF, CR) and lone surrogates by U+FFFD.

    `keep_ansi` keeps ESC as well: logs and shell sessions carry colours. Line ends stay as they are.
    """
    pattern = _UNSTORABLE_BUT_ESC if keep_ansi else _UNSTORABLE
    return Cleaned(*pattern.subn(REPLACEMENT, text))


def count_notice(count: int) -> str:
    """Say how many control characters were replaced; empty when none was."""
    if count == 0:
        return ""
    return "1 control character was replaced." if count == 1 else f"{count:,} control characters were replaced."


def unix_lines(text: str) -> str:
    """Turn CRLF and lone CR into LF, which undoes what browsers do to every textarea."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str, limit: int = 200) -> str:
    """Fold all white space into single spaces and cut to `limit` characters, at a word where one is near."""
    # Far more than the limit is never looked at: the rest would be cut anyway.
    folded = " ".join(text[: limit * 4 + 1000].split())
    if len(folded) <= limit:
        return folded
    cut = folded[: max(limit - 1, 0)]
    word_end = cut.rfind(" ")
    if word_end > limit * 0.6:
        cut = cut[:word_end]
    return cut.rstrip(" ,;:-") + "…"


def strip_markdown(text: str) -> str:
    """Return the words of a markdown text without its marks; links and images give their label. Linear time."""
    # Most texts have few of these signs, and looking for one takes a hundredth of replacing it.
    if "```" in text or "~~~" in text:
        text = _FENCE_LINE.sub("", text)
    text = _RULE_LINE.sub("", text)
    text = _LINE_MARK.sub("", text)
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", text)
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    if "`" in text:
        text = _TICKS.sub("", text)
    if "*" in text or "_" in text or "~~" in text:
        text = _EMPHASIS.sub("", text)
    return _BACKSLASH.sub(r"\1", text) if "\\" in text else text


def first_sentence(text: str, limit: int = 160) -> str:
    """Return the first sentence of a markdown text as one plain line of at most `limit` characters."""
    head = one_line(strip_markdown(text[: limit * 10 + 2000]).strip().split("\n\n", 1)[0], limit * 2)
    end = _SENTENCE_END.search(head)
    return one_line(head[: end.end()] if end else head, limit)


def has_hidden(text: str) -> bool:
    """Tell whether bidirectional controls or zero-width characters are in the text."""
    return _HIDDEN.search(text) is not None


def visible_bidi(html: str) -> str:
    """Show bidirectional controls and zero-width characters of escaped code as marked code points.

    The argument is HTML whose text is escaped and whose attributes hold no user text.
    """
    return _HIDDEN.sub(_shown, html)


def _shown(match: re.Match[str]) -> str:
    char = match.group()
    name = unicodedata.name(char, "HIDDEN CHARACTER")
    return f'<span class="hidden-char" title="{name}">U+{ord(char):04X}</span>'
