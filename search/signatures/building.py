"""From what was read to a signature: what matters most stands first, and everything has a limit."""

import re
from collections.abc import Iterable, Iterator

from search.signatures import shapes
from search.signatures.codes import codes_in
from search.signatures.lines import Line, json_lines, lines_of, whole_json
from search.signatures.masking import MASK, mask
from search.signatures.model import (
    MAX_CODES,
    MAX_EXCEPTIONS,
    MAX_FRAMES,
    MAX_LINES,
    MAX_MESSAGES,
    MAX_NAME,
    MAX_TEMPLATE,
    Frame,
    LineSig,
    Shape,
    Signature,
)
from search.signatures.prefixes import ERROR_LEVEL
from search.signatures.reading import Reading, Trace, read

# Different lines that are masked; the alarming ones are taken first.
MAX_MASKED = 600
# Frames that one trace may give before the next trace has its turn.
_FRAMES_EACH = 16
_ORIGINS = {"project": 0, "library": 1, "runtime": 2}
_ALARM = re.compile(
    r"(?i:error|fail|fatal|panic|exception|crit|refus|denied|timed? ?out|timeout|cannot|can't|unable|invalid"
    r"|kill|abort|crash|corrupt"
    r"|exceed|exhaust|reject|unreachable|unavailable|too many|no space|not found|no such|unexpected|expired"
    r"|deadlock|overflow|lost|missing|broken)"
)
_WORDS = re.compile(r"[^\W\d_][\w.\-]{1,60}")
_INLINE = re.compile(r"`([^`\n]{8,300})`|\"([^\"\n]{12,300})\"")
# Prose has none of the marks that programs write.
_MARKS = re.compile(r"[:=_(){}\[\]<>\"/|\d]")
_SENTENCE = re.compile(r"[.!?]$|^[-*] |^#+ |^\d+\. ")
# A line of less says nothing.
_MIN_WORDS = 2
_MAX_LINE_WORDS = 60


def recognise(text: str) -> Shape:
    """What kind of text this is; never raises, whatever the text."""
    reading, whole = _read(text)
    return shapes.shape(reading, is_json=whole)


def signature(text: str) -> Signature:
    """What the text is known by, also when it holds several traces; never raises; at most 1 MB is meant."""
    reading, whole = _read(text)
    traces = _by_significance(reading.traces)
    lines, said = _lines(reading)
    return Signature(
        kind=shapes.shape(reading, is_json=whole).kind,
        exceptions=_first(_exceptions(traces), MAX_EXCEPTIONS),
        messages=_first((*_messages(traces), *said), MAX_MESSAGES),
        frames=_frames(traces),
        codes=_first((code for line in reading.lines for code in codes_in(line.rest)), MAX_CODES),
        lines=lines,
    )


def short_type(name: str) -> str:
    """An exception's type without its package: the same type moves between packages and is printed both ways."""
    return re.split(r"[.\\$]|::", name.strip("\\"))[-1][:MAX_NAME]


def template_words(template: str) -> frozenset[str]:
    """The words of a template that near equality is measured by."""
    return frozenset(word.lower().strip(".-") for word in _WORDS.findall(template)[:_MAX_LINE_WORDS])


def _read(text: str) -> tuple[Reading, bool]:
    value = whole_json(text)
    if value is not None:
        lines = json_lines(1, value)
        if lines:
            return read(lines), True
    return read(lines_of(text)), False


def _by_significance(traces: list[Trace]) -> list[Trace]:
    """Chains that name a fault before bare stacks; in a chain the deepest cause first."""
    faulty = {trace.chain for trace in traces if trace.faults}
    return sorted(traces, key=lambda trace: (trace.chain not in faulty, not trace.frames, trace.chain, -trace.rank))


def _exceptions(traces: list[Trace]) -> Iterator[str]:
    for trace in traces:
        for fault in trace.faults:
            if fault.type:
                yield short_type(fault.type)


def _messages(traces: list[Trace]) -> Iterator[str]:
    for trace in traces:
        for fault in trace.faults:
            yield mask(fault.message)[:MAX_TEMPLATE]


def _frames(traces: list[Trace]) -> tuple[Frame, ...]:
    ranked: list[tuple[int, int, int, Frame]] = []
    for turn, trace in enumerate(traces):
        counts = dict.fromkeys(_ORIGINS, 0)
        for depth, frame in enumerate(trace.nearest_first):
            counts[frame.origin] += 1
            if counts[frame.origin] <= _FRAMES_EACH:
                ranked.append((_ORIGINS[frame.origin], turn, depth, frame))
    ranked.sort(key=lambda entry: entry[:3])
    return tuple(dict.fromkeys(frame for *_, frame in ranked))[:MAX_FRAMES]


def _lines(reading: Reading) -> tuple[tuple[LineSig, ...], list[str]]:
    """The distinctive lines, and of these what was logged as an error."""
    found: dict[str, LineSig] = {}
    errors: list[str] = []
    for weight, text in _candidates(reading):
        template = mask(text)[:MAX_TEMPLATE]
        if template in found:
            continue
        words = template_words(template)
        if len(words) < _MIN_WORDS and weight < 2:
            continue
        found[template] = LineSig(template, words, weight)
        if weight >= 4:
            errors.append(template)
    ordered = sorted(found.values(), key=lambda line: -line.weight)
    return tuple(ordered[:MAX_LINES]), errors


def _candidates(reading: Reading) -> list[tuple[int, str]]:
    """Lines that are not frames, with their weights, the weightiest first; quoted texts in prose count as lines."""
    is_short = len(reading.lines) <= 3
    found: dict[str, int] = {}
    for at, line in enumerate(reading.lines):
        if at in reading.frame_lines:
            continue
        text = line.rest.strip()
        if is_short or not _is_prose(line, text):
            found.setdefault(text, _weight(line, text, is_short=is_short))
        for quoted in _INLINE.finditer(text):
            inner = (quoted[1] or quoted[2]).strip()
            if " " in inner and inner != text:
                found.setdefault(inner, 2 if _ALARM.search(inner) else 1)
    ordered = sorted(found.items(), key=lambda entry: -entry[1])[:MAX_MASKED]
    return [(weight, text) for text, weight in ordered]


def _weight(line: Line, text: str, *, is_short: bool) -> int:
    weight = 1 if _MARKS.search(text) else 0
    weight += 2 if _ALARM.search(text[:400]) else 0
    weight += 1 if line.has_time or line.is_json or is_short else 0
    if line.has_time and not line.level and weight >= ERROR_LEVEL:
        # Some logs, such as a system's, name no level.
        return ERROR_LEVEL
    return max(weight, line.level) if line.level >= ERROR_LEVEL else min(weight, 3)


def _is_prose(line: Line, text: str) -> bool:
    if line.has_time or line.level:
        return False
    return _SENTENCE.search(text) is not None or (text.count(" ") > 5 and not _MARKS.search(text))


def _first(values: Iterable[str], limit: int) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for value in values:
        if value.strip(f" {MASK}"):
            kept[value] = None
            if len(kept) >= limit:
                break
    return tuple(kept)
