"""Telling what kind of text something is, from what was read in it."""

import re
from collections import Counter
from collections.abc import Iterator

from search.signatures.model import Kind, Shape
from search.signatures.reading import Reading

_PROMPT = re.compile(
    r"(?:\(\w[\w.\-]{0,30}\) )?(?:\[?[\w.\-]{1,40}@[\w.\-]{1,60}[: ][^$#%]{0,80}\]?[$#%]|[$%]|#(?= \w+ [\-/\w])"
    r"|bash-\d[\d.]*[$#]|sh-\d[\d.]*[$#]|PS [A-Z]:\\[^>]{0,80}>|root@[\w.\-]{1,60}:[^#]{0,60}#|[A-Z]:\\[^>]{0,80}>) \S"
)
_LOGFMT = re.compile(r"(?:^|\s)(?:level|lvl|severity)=\w+|(?:^|\s)(?:msg|message|err|error)=\S")
# What part of the lines must carry a time, a level or JSON for the text to be a log.
_LOG_SHARE = 0.4
# A trace without a fault needs so many frames.
_MIN_FRAMES = 2


def shape(reading: Reading, *, is_json: bool) -> Shape:
    """The kinds of a text, the most telling first: traces, then JSON, logs, shells, text."""
    kinds = list(_trace_kinds(reading))
    if is_json:
        kinds.append("json_error")
    logged = sum(
        1 for line in reading.lines if line.has_time or line.level or line.is_json or _LOGFMT.search(line.rest[:300])
    )
    prompts = sum(1 for line in reading.lines if _PROMPT.match(line.text[:200]))
    unframed = max(1, len(reading.lines) - len(reading.frame_lines))
    if prompts:
        kinds.append("shell")
    if logged and logged >= _LOG_SHARE * unframed and not is_json:
        kinds.insert(len(kinds) - 1 if prompts and prompts < logged else len(kinds), "log")
    kinds = list(dict.fromkeys(kinds)) or ["text"]
    return Shape(kinds[0], tuple(kinds))


def _trace_kinds(reading: Reading) -> Iterator[Kind]:
    counts: Counter[Kind] = Counter()
    for trace in reading.traces:
        named = any(fault.kind == trace.kind for fault in trace.faults)
        if trace.kind and (
            len(trace.frames) >= _MIN_FRAMES or (trace.frames and trace.faults) or (named and trace.frames)
        ):
            counts[trace.kind] += len(trace.frames)
        elif trace.kind in ("kernel", "go", "rust", "sanitizer", "erlang") and named:
            counts[trace.kind] += 1
    yield from (kind for kind, _ in counts.most_common())
