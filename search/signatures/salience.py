"""What tells most in a long text: alarming lines first, and of all lines those that stand in it once or twice."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import log

# A shorter text is read as it is.
LONG = 12_000
MIN_LINES = 60
# So much of a long text is kept at most.
MAX_KEPT = 48_000
# Of a longer line only the beginning decides.
_WIDTH = 1000
# Words of one line that its rarity is measured by: a logger's own words stand in every line.
_RAREST = 5
_MAX_WORDS = 80
_TEMPLATE_SHARE = 0.4
# How much more a rare line counts.
_RARITY_POWER = 2
# Lines that score so much less than the best stand behind it.
_LEAST_SHARE = 0.5
# What an error counts more than a line that says nothing in particular.
_ERROR_ALARM = 5
# A line that stands so often at most is rare; where none is, every error tells.
_RARE = 3
# Of these so many kinds are kept at most: an error that fills a log is rare in nothing but other logs.
_MAX_BEHIND = 40
# Kinds of line that are looked at; a log of 1 MB seldom has a tenth of them.
_MAX_KINDS = 30_000
# What stands around a telling line and is about as rare belongs to it: the frames of a trace, the rest of a message.
_ALSO_SHARE = 0.6
_WITH_IT = 0.9
_MAX_AROUND = 80
_MAX_GAP = 2

_NUMBERED = re.compile(r"(?<!\w)[^\W\d]*+\d\w*+")
_STATUS = re.compile(r"\" ([45])\d\d(?= )")
_WORD = re.compile(r"[^\W\d]\w+")
_WORST = re.compile(
    r"\b(?:FATAL|PANIC|EMERG\w*|CRIT(?:ICAL)?|ALERT|Oops|SIGSEGV|SIGABRT|SIGBUS|Traceback|OutOfMemory\w*|OOMKilled|OOM)\b"
    r"|(?i:\bfatal\b|\bpanic(?:ked)?\b|out of memory|\boom-kill|segfault|core dumped|assertion failed|kernel bug"
    r"|[\"']?(?:level|severity|lvl)[\"']?\s?[:=]\s?[\"']?(?:fatal|panic|crit|emerg|alert))"
)
_ERROR = re.compile(
    r"\b(?:ERROR|ERR|SEVERE|CrashLoopBackOff|BackOff|Unhandled|Uncaught)\b|(?:Exception|Error)\b|(?:^|\s)E\d{4} "
    r"|[\"']?(?:level|severity|lvl)[\"']?\s?[:=]\s?[\"']?err|\[err(?:or)?\]|\" 5\d\d "
    r"|(?i:\berror\b)"
)
_WARNING = re.compile(
    r"\bWARN(?:ING)?\b|(?:^|\s)W\d{4} "
    r"|(?i:\bwarn(?:ing)?\b|fail|refus|denied|timed? ?out|timeout|cannot|can't|unable|invalid|kill|abort|crash|corrupt"
    r"|exceed|exhaust|reject|unreachable|unavailable|too many|no space|not found|no such|unexpected|expired|deadlock"
    r"|overflow|\blost\b|missing|broken|mismatch|stalled|read-only)"
)
# That nothing went wrong is said in the same words.
_HARMLESS = re.compile(
    r"(?i:\b(?:0|no|without|zero) (?:error|fail|warning|exception|timeout)s?\b"
    r"|\b(?:error|fail(?:ure|ed)?|timeout|exception)s?[\"']?\s?[:=]\s?[\"']?(?:0|none|null|false|nil|-|\d+(?:ms|s))?\b"
    r"(?=[\s,;\"'}]|$))"
)


@dataclass(frozen=True, slots=True)
class _Told:
    """How much a line tells: `rarity` within its text, and `score` with what it says counted in."""

    rarity: float
    score: float
    is_error: bool = False


_NOTHING = _Told(0.0, 0.0)


def telling(text: str, *, limit: int = MAX_KEPT) -> tuple[str, str]:
    """Of a long text the lines that tell what happened, in their order, and those that tell less, each with at most
    `limit` characters; a short text as it is. Never raises, linear in the text."""
    lines = _read(text)
    if lines is None:
        return text, ""
    best, behind = lines.in_order()
    if not best:
        return text[:limit], ""
    first = lines.around(best, limit)
    second = lines.around(behind, limit) - first
    return lines.text(first), lines.text(second)


def numbered(text: str, *, limit: int = MAX_KEPT) -> str:
    """The same lines, each with its number: what is left out between them stays as empty lines."""
    found = stretches(text, limit=limit)
    if found is None:
        return text
    parts: list[str] = []
    at = 1
    for number, stretch in found:
        parts.append("\n" * (number - at) + stretch)
        at = number + stretch.count("\n")
    return "".join(parts)


def stretches(text: str, *, limit: int = MAX_KEPT) -> list[tuple[int, str]] | None:
    """The telling lines as (number of the first one, neighbouring lines); None for a short text, which tells as a
    whole."""
    lines = _read(text)
    if lines is None:
        return None
    best, behind = lines.in_order()
    if not best:
        return [(1, text[:limit])]
    return lines.joined(sorted(lines.around([*best, *behind], limit)))


def _read(text: str) -> "_Lines | None":
    if len(text) <= LONG:
        return None
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return _Lines(lines) if len(lines) >= MIN_LINES else None


class _Lines:
    """The lines of one text and how often each kind of line and each word stands in it."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        masked = _NUMBERED.sub("#", _STATUS.sub(r"' \1xx", "\n".join(line[:_WIDTH] for line in lines)))
        self.templates = masked.split("\n")
        self.counts = Counter(self.templates)
        self.words = {template: tuple(islice(_words(template), _MAX_WORDS)) for template in self.counts}

    @cached_property
    def frequencies(self) -> Counter[str]:
        """In how many lines each word stands."""
        found: Counter[str] = Counter()
        for template, times in self.counts.items():
            for word in self.words[template]:
                found[word] += times
        return found

    @cached_property
    def told(self) -> dict[str, _Told]:
        """What a line of each kind tells, by the first of them."""
        first: dict[str, str] = {}
        for line, template in zip(self.lines, self.templates, strict=True):
            if len(first) >= _MAX_KINDS:
                break
            first.setdefault(template, line)
        return {template: self._told(template, line) for template, line in first.items()}

    def in_order(self) -> tuple[list[int], list[int]]:
        """Where the most telling kinds of line stand first, the best before the others, and those behind them."""
        first: dict[str, int] = {}
        for at, template in enumerate(self.templates):
            first.setdefault(template, at)
        order = sorted((-self.told[template].score, at) for template, at in first.items() if template in self.told)
        least = order[0][0] * _LEAST_SHARE
        has_rare = bool(order) and self.counts[self.templates[order[0][1]]] <= _RARE
        best: list[int] = []
        behind: list[int] = []
        for score, at in order:
            tells = score <= least or (not has_rare and self.told[self.templates[at]].is_error)
            if score < 0:
                (best if tells else behind).append(at)
        return best, behind[:_MAX_BEHIND]

    def around(self, places: list[int], limit: int) -> set[int]:
        """These lines with what belongs to each, as far as there is room for so many characters."""
        kept: set[int] = set()
        room = limit
        for at in places:
            for near in [at, *self._beside(at, 1), *self._beside(at, -1)]:
                size = len(self.lines[near]) + 1
                if near not in kept and size <= room:
                    kept.add(near)
                    room -= size
        return kept

    def joined(self, kept: list[int]) -> list[tuple[int, str]]:
        """These lines as stretches, each with the number of its first line."""
        found: list[tuple[int, list[str]]] = []
        last = -2
        for at in kept:
            if at == last + 1:
                found[-1][1].append(self.lines[at])
            else:
                found.append((at + 1, [self.lines[at]]))
            last = at
        return [(number, "\n".join(lines)) for number, lines in found]

    def text(self, kept: set[int]) -> str:
        """These lines as they follow each other."""
        return "\n".join(self.lines[at] for at in sorted(kept))

    def _belongs(self, near: int, at: int) -> bool:
        """Around a rare line whatever is about as rare; around one that comes again and again what comes with it."""
        if not self.lines[near].strip():
            return True
        times, others = self.counts[self.templates[at]], self.counts[self.templates[near]]
        if times > _RARE:
            return times * _WITH_IT <= others <= times / _WITH_IT
        return self._rarity(near) >= self._rarity(at) * _ALSO_SHARE

    def _rarity(self, at: int) -> float:
        return self.told.get(self.templates[at], _NOTHING).rarity

    def _told(self, template: str, line: str) -> _Told:
        words = self.words[template]
        if not words:
            return _NOTHING
        total = len(self.lines)
        rarities = sorted((log(1 + total / self.frequencies[word]) for word in words), reverse=True)[:_RAREST]
        # A line of one or two words is often rare and seldom says anything.
        by_words = sum(rarities) / max(len(rarities), 3)
        by_template = log(1 + total / self.counts[template])
        rarity = (1 - _TEMPLATE_SHARE) * by_words + _TEMPLATE_SHARE * by_template
        alarm = _alarm(line[:_WIDTH])
        return _Told(rarity, rarity**_RARITY_POWER * alarm, alarm >= _ERROR_ALARM)

    def _beside(self, at: int, step: int) -> list[int]:
        """The lines on one side, as far as they are about as rare, over short gaps."""
        found: list[int] = []
        gap = 0
        for near in range(at + step, at + step * (_MAX_AROUND + 1), step):
            if not 0 <= near < len(self.lines) or gap > _MAX_GAP:
                break
            if self._belongs(near, at):
                gap = 0
                found.append(near)
            else:
                gap += 1
        return found


def _words(template: str) -> dict[str, None]:
    return dict.fromkeys(_WORD.findall(template))


def _alarm(line: str) -> int:
    """What a line says about itself, 1 for nothing in particular."""
    if _HARMLESS.search(line):
        line = _HARMLESS.sub("", line)
    if _WORST.search(line):
        return 6
    if _ERROR.search(line):
        return _ERROR_ALARM
    return 3 if _WARNING.search(line) else 1
