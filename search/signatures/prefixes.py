"""The beginnings of log lines: time, level, host, process and thread, which stand before what the line says."""

import re
from dataclasses import dataclass

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
ZONE = r"(?:\s?(?:Z\b|UTC|GMT|[A-Z]{3,4}\b(?=\s*[\[(])|[A-Z][a-z]{2,9}/[A-Z]\w{2,20}|[+-]\d\d:?\d\d))?"
STAMP = (
    rf"(?:\d{{4}}[-/.]\d\d[-/.]\d\d(?:[T _]+{CLOCK}{ZONE})?"
    rf"|\d{{1,2}}[-/ ]{MONTH}[-/ ]\d{{4}}(?:[: ]{CLOCK}{ZONE})?"
    rf"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? )?{MONTH}\s+\d{{1,2}},?(?:"
    rf" \d{{4}})?\s+{CLOCK}{ZONE}(?: \d{{4}})?"
    rf"|\d\d/\d\d/(?:\d{{4}}|\d\d) {CLOCK}"
    rf"|{CLOCK}{ZONE})"
)

LEVELS = {
    "emerg": 5,
    "emergency": 5,
    "alert": 5,
    "fatal": 5,
    "critical": 5,
    "crit": 5,
    "severe": 4,
    "error": 4,
    "err": 4,
    "eror": 4,
    "warning": 2,
    "warn": 2,
    "wrn": 2,
    "notice": 1,
    "info": 1,
    "information": 1,
    "inf": 1,
    "debug": 1,
    "dbg": 1,
    "trace": 1,
    "verbose": 1,
    "log": 1,
}
ERROR_LEVEL = 4
_LETTERS = {"F": 5, "C": 5, "E": 4, "W": 2, "I": 1, "N": 1, "D": 1}
_LEVEL = "|".join(sorted(LEVELS, key=len, reverse=True))

_KLOG = re.compile(r"([EWIF])(\d{4}) \d\d:\d\d:\d\d\.\d+\s+\d+ ([\w.\-]+\.\w+):\d+\] ?")
_PART = re.compile(
    rf"(?P<stamp>{STAMP})[,:]?(?=[\s\]|]|$)\s*"
    rf"|(?P<named>[\[<(]?\b(?P<level>(?i:{_LEVEL})|PANIC)\b(?! error:)[\])>]?\s*(?::+|\||-+(?=\s))?)(?=\s|$)\s*"
    rf"|\[(?P<boxed>{STAMP})[^\[\]]{{0,12}}\]\s*"
    r"|\[\s*(?P<boot>\d{1,8}\.\d{3,9})\s*\]\s*"
    r"|\[(?P<letter>[EWIFCD])\s(?=[\d\-: T]{8})"
    r"|\[(?P<inner>[^\[\]]{1,60})\]\s*(?::\s)?"
    r"|(?P<pid>\d{1,8}(?:#\d+:|:[MSCX](?=\s))?|<\d[\d.]*>|\d{1,20}(?=\s---))(?=\s)\s*"
    r"|(?P<stream>std(?:out|err) [FP])\s"
    r"|(?P<dash>---|--|-|\|)\s+"
    r"|(?P<compose>[a-z][\w.\-]{1,60})\s+\|\s"
)
_HOST = re.compile(r"[\w.\-]{1,80}\s+(?P<process>[\w./\-]{1,60})(?:\[\d+\])?:\s*")
_JUPYTER = re.compile(r"(?:[\w.:\-]+ ){0,3}[\w.:\-]+\]\s*")
# Who typed a command, where: "root@web-17:~# ", "[admin@edge3 ~]$ ", "$ ", "PS C:\\tmp> "; and that it was as root.
_PROMPT = re.compile(
    r"(?:\([\w.\-]{1,40}\) )?"
    r"(?:\[?[\w.\-]{1,40}@[\w.\-]{1,80}[: ][^\s$#%]{0,120}\s?[$#%] |\$ |PS [A-Z]:[^>\n]{0,120}> )"
    r"(?:sudo (?:-\w+ )*)?(?=\S)"
)
MAX_PARTS = 9


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A line behind its beginning: the indented rest, the level's rank (0 for none) and whether a time stood there."""

    rest: str
    level: int = 0
    has_time: bool = False


def strip(line: str) -> Prefixed:
    """Take off what a logger, a container runtime or a kernel put before the message."""
    if not line or line[0] in " \t":
        return _indented(line)
    prompt = _PROMPT.match(line)
    if prompt:
        return Prefixed(line[prompt.end() :])
    klog = _KLOG.match(line)
    if klog:
        return Prefixed(line[klog.end() :], _LETTERS[klog[1]], True)
    return _strip_parts(line)


def _indented(line: str) -> Prefixed:
    """A log that is indented as a whole is still a log; a frame's own indentation stays."""
    start = line.lstrip()
    if not start[:1].isalnum() and start[:1] != "[":
        return Prefixed(line)
    inner = strip(start)
    return inner if inner.has_time else Prefixed(line)


def _strip_parts(line: str) -> Prefixed:
    at, level, has_time = 0, 0, False
    for _ in range(MAX_PARTS):
        part = _PART.match(line, at)
        if part is None or part.end() == at or not _is_prefix(part, at, has_time):
            break
        if part["level"]:
            if level >= ERROR_LEVEL:
                break
            level = LEVELS.get(part["level"].lower(), max(LEVELS.values()))
        if part["letter"]:
            level = _LETTERS[part["letter"]]
        if part["stamp"] or part["boot"] or part["boxed"]:
            has_time = True
            host = _HOST.match(line, part.end()) if part["stamp"] and part["stamp"][0].isalpha() else None
            at = host.end() if host else part.end()
            continue
        at = part.end()
    if at and line.startswith("[") and level and has_time and "]" in line[at : at + 60]:
        rest = _JUPYTER.match(line, at)
        at = rest.end() if rest and "[" not in line[at : rest.end()] else at
    return Prefixed(_with_indent(line, at), level, has_time)


def _with_indent(line: str, at: int) -> str:
    """The rest, with the blanks before it: they tell frames from headings."""
    while at > 1 and line[at - 1] in " \t" and line[at - 2] in " \t":
        at -= 1
    return line[at:]


def _is_prefix(part: re.Match[str], at: int, has_time: bool) -> bool:
    """A number, dash or bracket belongs to a beginning only behind something that surely does."""
    if part["level"] and at == 0:
        # "Error: no such module" is what JavaScript says, and a sentence may begin with "Warning".
        named = part["named"]
        return part["level"].isupper() or named[0] in "[<(" or (part["level"].islower() and named.endswith(":"))
    if part["inner"]:
        return has_time or (at == 0 and part["inner"][:1].isupper() and part["inner"].lower() in LEVELS)
    if part["pid"] or part["dash"] or part["stream"]:
        return at > 0
    return True
