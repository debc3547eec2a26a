"""Telling pasted code and logs from words, where nobody said which it is."""

import re

from hindsight.lib.language import guess

LINES_NEEDED = 3
_LOOKED_AT = 60
# Languages that prose is easily taken for; for these the lines must look like code as well.
_WEAK = frozenset({"text", "markdown", "yaml", "sql", "bash", "http", "erlang", "make", "haskell", "docker"})
_CODE_LINE = re.compile(
    r"[{};]\s*$|^\s*(?:[)}\]]|//|/\*|#!|<[/!?a-zA-Z])|^\s{2,}\S|\t|[=!]=|=>|->|::|\w\(\S*\)|\$\(|^\s*[\w.-]+\s*[:=]\s*\S+$"
    r"|^\S*\d\d:\d\d:\d\d|^\s*at \S+\(|\b(?:0x[0-9a-f]+|[A-Z]{4,}[A-Z0-9_]*)\b|^[$#>] \S"
)
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
_PROSE_LINE = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)?[\"'“]?[A-Z]?[a-z']+(?:,? [\w'’%.-]+){3,}[.!?:…]?\s*$")


def looks_like_code(text: str) -> bool:
    """Whether a text of at least three lines is code or a log as a whole; words with some code in them are words."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:_LOOKED_AT]
    if len(lines) < LINES_NEEDED or lines[0].startswith("/") or any(_FENCE.match(line) for line in lines):
        return False
    code = sum(bool(_CODE_LINE.search(line[:300])) for line in lines)
    prose = sum(bool(_PROSE_LINE.match(line[:300])) for line in lines)
    if prose * 3 > len(lines):
        return False
    share = code / len(lines)
    return share >= (0.6 if guess(text) in _WEAK else 0.3)
