"""Finding credentials in a text before it is stored, and masking them."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from hindsight.lib.secret_kinds import KINDS, Kind
from hindsight.lib.secret_values import by_name, is_placeholder, looks_random

# Text is searched piece by piece, so that the time limit can be kept whatever a text looks like; characters.
PIECE = 16_384
OVERLAP = 1_024
# More than this many characters of one text are not looked at, nor longer than this many seconds.
CHECKED_CHARACTERS = 2_000_000
TIME_LIMIT_S = 2.0
PRIVATE_KEY = "private key"
# Fewer characters hold no name, sign and value; a request may have thousands of texts such as "7".
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A credential: what it is, and where it stands, in characters."""

    label: str
    start: int
    end: int
    # Not for logs and tracebacks.
    value: str = field(repr=False)

    @property
    def mask(self) -> str:
        """What is stored in its place."""
        return mask_of(self.label)

    @property
    def hint(self) -> str:
        """Its first and last characters, enough for its owner to know it by, and too few for anybody else."""
        text = " ".join(self.value.split())
        if len(text) < 12:
            return f"{text[:1]}…"
        return f"{text[:4]}…{text[-2:]}"

    @property
    def digest(self) -> str:
        """Names this credential in forms and sessions; says nothing about it without this installation's key."""
        return digest_of(self.value)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a text, in order, and up to which character it was looked at."""

    findings: tuple[Finding, ...]
    checked: int
    is_whole: bool = True


def mask_of(label: str) -> str:
    """The mask of a sort of credential; can be searched for as it stands."""
    return f"[masked: {label}]"


def digest_of(value: str) -> str:
    """A keyed digest of a credential."""
    return hmac.new(
        settings.SECRET_KEY.encode(), b"secret:" + value.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()[:20]


def find(text: str, *, limit_s: float = TIME_LIMIT_S) -> Checked:
    """The credentials in a text; `is_whole` is False when it was too long, or took too long, to look at all of it."""
    if len(text) < SHORTEST:
        return Checked((), len(text))
    deadline = time.monotonic() + limit_s
    looked_at = text[:CHECKED_CHARACTERS]
    found = list(_private_keys(looked_at))
    checked = 0
    for start, end in _pieces(looked_at):
        if checked and time.monotonic() > deadline:
            break
        found += _in_piece(text, start, end)
        checked = end
    is_whole = checked >= len(text)
    return Checked(tuple(_apart(found)), checked, is_whole)


def masked(text: str, findings: Container[str] | None = None, *, known: tuple[Finding, ...] | None = None) -> str:
    """The text with credentials masked: all of them, or those whose digest is in `findings`."""
    parts, last = [], 0
    for one in find(text).findings if known is None else known:
        if findings is None or one.digest in findings:
            parts += [text[last : one.start], one.mask]
            last = one.end
    return "".join([*parts, text[last:]])


def mask_all(value: Any) -> tuple[Any, int]:
    """A value of JSON with the credentials in its texts masked, and how many there were.

    A text that is the value of a name such as "password" counts as one by that name.
    """
    count = 0

    def one(text: str) -> str:
        nonlocal count
        known = find(text).findings
        count += len(known)
        return masked(text, known=known) if known else text

    return walk(value, one), count


def walk(value: Any, act: Callable[[str], str]) -> Any:
    """A value of JSON with every text in it replaced by what `act` makes of it; names of fields stay."""
    if isinstance(value, str):
        return act(value)
    if isinstance(value, list):
        return [walk(item, act) for item in value]
    if isinstance(value, dict):
        return {name: walk(item, act) for name, item in value.items()}
    return value


def count_words(count: int) -> str:
    """ "1 credential", "3 credentials"."""
    return "1 credential" if count == 1 else f"{count:,} credentials"


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where pieces begin and end: at ends of lines where they can, else overlapping."""
    start, size = 0, len(text)
    while start < size:
        end = min(start + PIECE, size)
        line_end = text.rfind("\n", start + PIECE // 2, end) if end < size else -1
        if line_end > 0:
            end = line_end + 1
        yield start, end
        start = end if line_end > 0 or end == size else end - OVERLAP


def _in_piece(text: str, start: int, end: int) -> list[Finding]:
    piece = text[start:end]
    found = [
        Finding(kind.label, start + first, start + last, piece[first:last])
        for kind in KINDS
        if any(word in piece for word in kind.must_hold)
        for first, last in _of_kind(kind, piece)
    ]
    found += [Finding("password", start + first, start + last, piece[first:last]) for first, last in by_name(piece)]
    return found


def _of_kind(kind: Kind, piece: str) -> Iterator[tuple[int, int]]:
    for pattern in kind.patterns:
        for match in pattern.finditer(piece):
            first, last = match.span(1 if kind.takes_group and pattern.groups else 0)
            value = piece[first:last]
            if kind.holds is not None and not kind.holds(value):
                continue
            if kind.takes_group and is_placeholder(value):
                continue
            if kind.is_guess and not looks_random(value, needs=kind.label):
                continue
            yield first, last


# --- private keys -----------------------------------------------------------------------------------------------------

_KEY_BEGIN = re.compile(r"-{3,5}[ ]?BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?[ ]?-{3,5}")
_KEY_END = re.compile(r"-{3,5}[ ]?END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?[ ]?-{3,5}")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{32,}")
_KEY_LIMIT = 20_000


def _private_keys(text: str) -> Iterator[Finding]:
    """Whole blocks, from the first dash to the last; one that was cut off, as far as it looks like one."""
    if "PRIVATE KEY" not in text:
        return
    for begin in _KEY_BEGIN.finditer(text):
        end = _KEY_END.search(text, begin.end(), begin.end() + _KEY_LIMIT)
        last = end.end() if end else _cut_off(text, begin.end())
        if _KEY_BODY.search(text, begin.end(), last):
            yield Finding(PRIVATE_KEY, begin.start(), last, text[begin.start() : last])


def _cut_off(text: str, start: int) -> int:
    last = start
    for line in text[start : start + _KEY_LIMIT].splitlines(keepends=True):
        if line.strip() and not _KEY_BODY.search(line) and not re.fullmatch(r"[A-Za-z0-9+/= \t]+", line.strip()):
            break
        last += len(line)
    return last


def _apart(found: list[Finding]) -> Iterator[Finding]:
    """Findings that do not overlap: the first, and of two at one place the longer, which has the better name."""
    reached = 0
    ranks = {kind.label: rank for rank, kind in enumerate(KINDS)}
    for one in sorted(found, key=lambda one: (one.start, -one.end, ranks.get(one.label, -1))):
        if one.start >= reached:
            yield one
            reached = one.end
