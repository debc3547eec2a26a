"""Which lines of a text are times, or begin with one."""

import re
from collections.abc import Iterator

FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})\s*(?P<info>[^`]*)")
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?(?:\s*(?:z|utc|[+-]\d{2}:?\d{2}))?"
_AGO = r"(?:\d{1,6}(?:\.\d{1,3})?\s*(?:s|secs?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*)+ago"
_DAY = r"(?:today|yesterday|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_DATE = r"\d{4}-\d{2}-\d{2}[T ]+"
_TIME = re.compile(
    rf"(?:{_AGO}|(?:{_DAY},?\s+(?:at\s+)?|{_DATE})?{_CLOCK}|{_CLOCK}\s+(?:today|yesterday))", re.IGNORECASE
)
# A time that words follow on its line: a clock without seconds, which logs have, and a letter after it.
_LEADING = re.compile(
    r"(?P<time>(?:(?:today|yesterday),?\s+(?:at\s+)?)?(?:(?:0?[1-9]|1[0-2]):[0-5]\d\s?[ap]m|(?:[01]?\d|2[0-3]):[0-5]\d))"
    r"(?:\s*[:,–—-]\s+|\s+)(?P<words>(?P<first>[^\W\d_][\w'’]*).*)",
    re.IGNORECASE,
)
_CLOCK_FIRST = re.compile(r"\s*(?:[-*•]\s+)?(?:(?:today|yesterday),?\s+(?:at\s+)?)?\d{1,2}:\d{2}", re.IGNORECASE)
_SAYS_WHEN = re.compile(r"/(?:at|time)\b", re.IGNORECASE)
# Behind these the sentence is about the time itself, a stretch of time, another day, or a length.
_ABOUT_TIME = re.compile(
    r"to|til|till|until|thru|through|and|or|plus|minus|is|isn['’]t|was|wasn['’]t|were|seems|looks|would|will|could"
    r"|should|may|might|has|had|on|in|of|at|by|before|after|since|from|for|ago|am|pm|today|yesterday|tomorrow"
    r"|o['’]clock|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?",
    re.IGNORECASE,
)
# As logs go on behind a time: error: …, sshd[812]: …
_OF_LOG = re.compile(
    r"(?:error|warn|warning|info|debug|trace|notice|fatal|critical|severe)\s*[:\]|]|\S+\[\d+\]", re.IGNORECASE
)


def is_time(line: str) -> bool:
    """Whether a line is nothing but a time."""
    return len(line) <= 40 and bool(_TIME.fullmatch(line.strip().rstrip(":,-– ")))


def leading_time(line: str, others: list[str]) -> re.Match[str] | None:
    """The time that a first line begins with, if it is plainly said of all that follows.

    Not where another line begins with a clock too, or says when it was: then the text tells of more than one moment.
    """
    found = _LEADING.fullmatch(line.strip()) if len(line) < 1000 else None
    if not found or _OF_LOG.match(found["words"]):
        return None
    first = found["first"]
    # Capitals are zones and levels of logs: 14:05 CET, 14:05 ERROR.
    if _ABOUT_TIME.fullmatch(first) or (len(first) > 1 and first.isupper()):
        return None
    return None if any(_CLOCK_FIRST.match(one) or _SAYS_WHEN.match(one) for one in _outside_fences(others)) else found


def is_kept(line: str, others: list[str]) -> bool:
    """Whether a backslash says that the time which a first line begins with is text."""
    words = line.strip()
    return words.startswith("\\") and (is_time(words[1:]) or leading_time(words[1:], others) is not None)


def _outside_fences(lines: list[str]) -> Iterator[str]:
    marks = ""
    for line in lines:
        fence = FENCE.fullmatch(line)
        if marks:
            marks = "" if line.strip().startswith(marks) else marks
        elif fence:
            marks = fence["marks"]
        else:
            yield line
