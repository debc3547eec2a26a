"""Whether the sections of a row hold all of its text, so that the whole need not be kept beside them."""

import re
from collections.abc import Iterable

# Headings that say no more than which section follows.
_SECTION_WORDS = {
    *("summary", "overview", "impact", "detection", "timeline", "key events", "diagnosis", "identified", "cause"),
    *("causes", "root cause", "root causes", "fix", "resolution", "solution", "repair", "verification", "lessons"),
    *("lessons learned", "lessons learnt", "action items", "actions", "review actions", "follow-up", "follow-ups"),
}
_HEADING = re.compile(r"#{1,6}\s+(.*?)[\s#:]*")
_LABEL = re.compile(r"[-*]\s+\*\*([^*]{1,60})\*\*:?\s*")


def is_covered(body: str, *, sections: Iterable[str], title: str) -> bool:
    """Whether nothing of `body` is outside of `sections` but blank lines, the title and the sections' own headings."""
    rest = body
    for section in sorted(sections, key=len, reverse=True):
        if section not in rest:
            return False
        rest = rest.replace(section, "\n", 1)
    known = {*_SECTION_WORDS, " ".join(title.lower().split())}
    return all(_says_nothing(line.strip(), known) for line in rest.splitlines())


def _says_nothing(line: str, known: set[str]) -> bool:
    if not line:
        return True
    heading = _HEADING.fullmatch(line) or _LABEL.fullmatch(line)
    return heading is not None and " ".join(heading[1].lower().split()).rstrip(":") in known
