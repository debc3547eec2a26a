"""The lines of a text that are read: all of a short one, of a long one those that tell most."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from search.signatures.prefixes import LEVELS, Prefixed, strip
from search.signatures.salience import stretches as telling_stretches

# Up to so many characters every line is read.
MAX_READ = 48_000
MAX_LINES = 1500
MAX_WIDTH = 2000
_HEAD = 12_000
_TAIL = 8_000
# What is read behind a place that raises an alarm: a trace follows its heading.
_BEHIND = 2500
_BEFORE = 300
_HITS_EACH = 24
# The most telling first: the space is given away in this order.
_ALARMS = (
    "Traceback (most recent",
    "panic:",
    "Caused by:",
    "Exception in thread",
    "panicked at",
    "goroutine ",
    "Unhandled ",
    "Uncaught ",
    "Fatal error:",
    "fatal error:",
    "Call Trace",
    "stack backtrace",
    "kernel BUG",
    "BUG:",
    "Oops",
    "ERROR: AddressSanitizer",
    "==ERROR",
    "SIGSEGV",
    "** (",
    "Reason for termination",
    "CRASH REPORT",
    "Exception:",
    "Exception",
    "FATAL",
    "PANIC",
    "CRIT",
    "OutOfMemory",
    "OOM",
    "\nE0",
    "\nE1",
    "Error:",
    "level=error",
    "level=fatal",
    '"level":"error',
    "ERROR",
    "[error]",
    "error:",
    "failed",
    "refused",
)
MAX_JSON = 20_000
MAX_WHOLE_JSON = 256_000
_JSON_DEPTH = 6
_JSON_NODES = 400
_ESCAPED = re.compile(r"\\r?\\n|\\r\\n")
_HAS_LEVEL = re.compile(r"(?:^|\s)(?:level|lvl|severity)=")
_PAIR = re.compile(r"([A-Za-z_][\w.]{0,40})=(\"(?:[^\"\\]|\\.)*\"|[^\s\"]*)")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_CONTINUED = re.compile(r"^\s*(?:[|>]\s)+(?=\s*\S)|^\s{2,}[|+][\s\-]")
_MESSAGE_KEYS = frozenset(
    (
        "message",
        "msg",
        "error",
        "err",
        "detail",
        "details",
        "title",
        "description",
        "reason",
        "cause",
        "exception",
        "stack",
        "stacktrace",
        "stack_trace",
        "exc_info",
        "traceback",
        "error_message",
        "errormessage",
        "log",
        "event",
        "type",
        "code",
        "error_description",
        "statusreason",
        "errors",
        "status",
        "name",
        "exception_class",
        "exc_type",
        "text",
    )
)
_LEVEL_KEYS = ("level", "severity", "lvl", "loglevel", "levelname", "log.level")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is read. `no` counts from 1 in the whole text; several come from one if it holds "\\n"."""

    no: int
    text: str
    # What a logger put before it is taken off.
    rest: str
    level: int = 0
    has_time: bool = False
    is_json: bool = False


def lines_of(text: str) -> list[Line]:
    """The lines to read of a text of any size, in order, at most MAX_LINES."""
    found: list[Line] = []
    for first, stretch in _stretches(text):
        for offset, raw in enumerate(_NEWLINE.split(stretch)):
            if raw.strip():
                found.extend(_expanded(first + offset, raw[:MAX_JSON]))
            if len(found) >= MAX_LINES:
                return found[:MAX_LINES]
    return found


def _expanded(no: int, raw: str) -> Iterator[Line]:
    prefixed = strip(raw[: MAX_WIDTH * 2])
    head = prefixed.rest.lstrip()[:1]
    if head == "{" and raw.rstrip().endswith("}") and '":' in raw:
        parsed = _json_line(no, raw[raw.index("{") :], prefixed)
        if parsed:
            yield from parsed
            return
    if "\\n" in raw and len(_ESCAPED.findall(raw)) >= 2:
        for at, piece in enumerate(_ESCAPED.split(raw)):
            yield _line(no, piece.replace("\\t", "\t"), prefixed if at == 0 else None)
        return
    yield _line(no, raw, prefixed)


def _line(no: int, raw: str, prefixed: Prefixed | None = None) -> Line:
    text = raw[:MAX_WIDTH]
    prefixed = prefixed or strip(text)
    rest = prefixed.rest[:MAX_WIDTH]
    if rest[:1] in " |>+" and _CONTINUED.match(rest):
        rest = _CONTINUED.sub("", rest, count=1)
    if "=" in rest and _HAS_LEVEL.search(rest):
        return _logfmt(no, text, rest, prefixed)
    return Line(no, text, rest, prefixed.level, prefixed.has_time)


def _logfmt(no: int, text: str, rest: str, prefixed: Prefixed) -> Line:
    """Of pairs such as level=error msg="..." err=... what was said is the message and the error."""
    pairs = {found[1].lower(): found[2].strip('"') for found in _PAIR.finditer(rest)}
    level = max((LEVELS.get(pairs.get(key, "").lower(), 0) for key in _LEVEL_KEYS), default=0)
    said = ": ".join(pairs[key] for key in ("msg", "message", "err", "error") if pairs.get(key))
    return Line(no, text, said or rest, max(level, prefixed.level), has_time=True)


def _json_line(no: int, raw: str, prefixed: Prefixed) -> list[Line]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    return json_lines(no, value, has_time=prefixed.has_time) if isinstance(value, dict) else []


def json_lines(no: int, value: object, *, has_time: bool = False) -> list[Line]:
    """What a JSON value says in words: the texts under keys such as message, error and stack."""
    level = _level(value)
    found: list[Line] = []
    for text in _said(value):
        for piece in _NEWLINE.split(text)[:200]:
            if piece.strip():
                # A list beside the other lines has its own prefix when the text was a log line itself.
                inner = strip(piece[:MAX_WIDTH])
                found.append(Line(no, piece[:MAX_WIDTH], inner.rest, max(level, inner.level), has_time, is_json=True))
    return found[:MAX_LINES]


def _level(value: object) -> int:
    if isinstance(value, dict):
        for key in _LEVEL_KEYS:
            named = value.get(key)
            if isinstance(named, str):
                return LEVELS.get(named.lower(), 5 if named.lower() in {"panic", "dpanic"} else 0)
    return 0


def _said(value: object) -> Iterator[str]:
    """Texts under telling keys, without recursion: what is pasted may be nested as deep as it likes."""
    waiting: list[tuple[str, object, int]] = [("message", value, 0)]
    nodes = 0
    while waiting and nodes < _JSON_NODES:
        key, item, depth = waiting.pop(0)
        nodes += 1
        if isinstance(item, str):
            if key.lower() in _MESSAGE_KEYS and item.strip():
                yield item[:MAX_JSON]
        elif isinstance(item, dict) and depth < _JSON_DEPTH:
            waiting.extend((str(name), inner, depth + 1) for name, inner in list(item.items())[:60])
        elif isinstance(item, list) and depth < _JSON_DEPTH:
            waiting.extend((key, inner, depth + 1) for inner in item[:20])
        elif isinstance(item, int) and not isinstance(item, bool) and key.lower() in {"status", "code", "statuscode"}:
            yield f"{key} {item}"


def whole_json(text: str) -> object | None:
    """The text as one JSON object or list, None when it is not."""
    stripped = text.strip() if len(text) <= MAX_WHOLE_JSON else ""
    if stripped[:1] not in ("{", "[") or stripped[-1:] not in ("}", "]"):
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _stretches(text: str) -> list[tuple[int, str]]:
    """What to read, as (number of its first line, text); the stretches do not overlap and begin at line starts."""
    if len(text) <= MAX_READ:
        return [(1, text)]
    found = telling_stretches(text, limit=MAX_READ)
    return _by_alarms(text) if found is None else found


def _by_alarms(text: str) -> list[tuple[int, str]]:
    """The ends of a text of few long lines, and what stands near alarms."""
    spans = [(0, _HEAD), (len(text) - _TAIL, len(text))]
    room = MAX_READ - _HEAD - _TAIL
    for alarm in _ALARMS:
        for at in _hits(text, alarm):
            if room <= 0:
                break
            if any(start <= at < end for start, end in spans):
                continue
            spans.append((max(0, at - _BEFORE), min(len(text), at + _BEHIND)))
            room -= _BEFORE + _BEHIND
    return _cut(text, _merged(spans))


def _hits(text: str, alarm: str) -> Iterator[int]:
    at = -1
    for _ in range(_HITS_EACH):
        at = text.find(alarm, at + 1)
        if at < 0:
            return
        yield at
        at += _BEHIND // 2


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, str]]:
    found, number, counted, ended = [], 1, 0, 0
    for start, end in spans:
        line_start = text.rfind("\n", max(0, start - MAX_WIDTH), start) + 1
        begin = max(line_start or start, ended)
        number += text.count("\n", counted, begin)
        counted, ended = begin, end
        found.append((number, text[begin:end]))
    return found
