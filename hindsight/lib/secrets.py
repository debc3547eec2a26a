"""Finding credentials in a text before it is stored, and masking them."""

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from detect_secrets.filters import heuristic
from detect_secrets.plugins import keyword
from django.conf import settings

from hindsight.lib.secret_kinds import KINDS, Kind

# Text is searched piece by piece, so that the time limit can be kept whatever a text looks like; characters.
PIECE = 16_384
OVERLAP = 1_024
# More than this many characters of one text are not looked at, nor longer than this many seconds.
CHECKED_CHARACTERS = 2_000_000
TIME_LIMIT_S = 2.0
MASK = re.compile(r"\[masked: [^\]\n]{1,60}\]")
PRIVATE_KEY = "private key"


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
    found += [Finding("password", start + first, start + last, piece[first:last]) for first, last in _by_name(piece)]
    return found


def _of_kind(kind: Kind, piece: str) -> Iterator[tuple[int, int]]:
    for pattern in kind.patterns:
        for match in pattern.finditer(piece):
            first, last = match.span(1 if kind.takes_group and pattern.groups else 0)
            value = piece[first:last]
            if kind.holds is not None and not kind.holds(value):
                continue
            if kind.takes_group and _is_placeholder(value):
                continue
            if kind.is_guess and not _looks_random(value, needs=kind.label):
                continue
            yield first, last


# --- values by the name before them -----------------------------------------------------------------------------------

# The library's own words; its patterns begin with them.
_NAMES = re.compile("|".join(keyword.DENYLIST), re.IGNORECASE)
_ASSIGNED = (
    (keyword.FOLLOWED_BY_COLON_EQUAL_SIGNS_REGEX, 4),
    (keyword.FOLLOWED_BY_ARROW_FUNCTION_SIGN_QUOTES_REQUIRED_REGEX, 4),
    (keyword.FOLLOWED_BY_EQUAL_SIGNS_OPTIONAL_BRACKETS_OPTIONAL_AT_SIGN_QUOTES_REQUIRED_REGEX, 6),
    (keyword.FOLLOWED_BY_EQUAL_SIGNS_REGEX, 5),
    (keyword.FOLLOWED_BY_COLON_REGEX, 4),
    (keyword.FOLLOWED_BY_OPTIONAL_ASSIGN_QUOTES_REQUIRED_REGEX, 4),
)
_UNQUOTED_END = re.compile(r"[\s&;,|<>)\]}]")
_SPAN = 400


def _by_name(piece: str) -> Iterator[tuple[int, int]]:
    """Values that stand behind a name such as `password`, by the library's keyword detector."""
    for name in _NAMES.finditer(piece):
        # Its patterns read to the end of what they are given, so they are given one line.
        line_end = piece.find("\n", name.end())
        rest = piece[name.start() : min(line_end if line_end >= 0 else len(piece), name.start() + _SPAN)]
        span = _assigned(rest)
        if span is not None:
            yield name.start() + span[0], name.start() + span[1]


def _assigned(rest: str) -> tuple[int, int] | None:
    for pattern, group in _ASSIGNED:
        match = pattern.match(rest)
        if match is None or not match.group(group):
            continue
        first, last = match.span(group)
        is_quoted = rest[first - 1] in "\"'`"
        if not is_quoted:
            cut = _UNQUOTED_END.search(rest, first, last)
            last = cut.start() if cut else last
        while last > first and rest[last - 1] in "\\.:`*_)[":
            last -= 1
        separator = rest[: first - is_quoted].rstrip()[-1:]
        return (first, last) if _is_value(rest[first:last], is_quoted=is_quoted, is_colon=separator == ":") else None
    return None


def _is_value(value: str, *, is_quoted: bool, is_colon: bool) -> bool:
    """Whether what stands behind the name is a value and not prose, code or a placeholder."""
    if len(value) < 4 or _is_placeholder(value):
        return False
    if is_quoted:
        return " " not in value
    if "(" in value or _CODE.fullmatch(value):
        return False
    # "password: rotated" is prose; "password=rotated" is how machines write.
    return _is_mixed(value) if is_colon else len(value) >= 6


# --- what is no secret ------------------------------------------------------------------------------------------------

_PLAIN = frozenset(
    {
        "true",
        "false",
        "none",
        "null",
        "nil",
        "undefined",
        "required",
        "optional",
        "empty",
        "missing",
        "invalid",
        "wrong",
        "incorrect",
        "expired",
        "unknown",
        "changed",
        "changeme",
        "password",
        "passwd",
        "secret",
        "string",
        "example",
        "default",
        "redacted",
        "hidden",
        "masked",
        "unset",
        "rotated",
        "value",
        "yes",
        "no",
    }
)
_CODE = re.compile(r"[A-Za-z_]+(?:(?:\.|::|->)[A-Za-z_]\w*)+|[A-Z][A-Z_]{3,}|/[\w./-]+|@\w+|%\(?\w+\)?s?|self|this")
_HOLLOW = re.compile(
    r"[*•xX.#?_=-]+|.*\*{3,}.*|.*x{6,}.*|.*\.\.\.|.*…|\[.*|<.*|\{.*|%.*|.*\$\(.*|.*[Rr][Ee][Dd][Aa][Cc][Tt][Ee][Dd].*|(?i:your|my|the|some|example)[-_].*"
)


def _is_placeholder(value: str) -> bool:
    """Whether a value stands for a secret and is none: by the library's filters, and words that logs use."""
    bare = value.strip("\"'`")
    return bool(
        bare.lower() in _PLAIN
        or _HOLLOW.fullmatch(bare)
        or MASK.search(value)
        or heuristic.is_prefixed_with_dollar_sign(bare)
        or heuristic.is_templated_secret(bare)
        or (heuristic.is_not_alphanumeric_string(bare) and not bare.isdigit())
        or heuristic.is_potential_uuid(bare)
    )


def _is_mixed(value: str) -> bool:
    """Letters and something else, as passwords have and words have not."""
    is_long = len(value) >= 6 and any(char.isalpha() for char in value)
    # Names of things have dots, dashes and underscores as well.
    return is_long and any(char.isdigit() or not (char.isalnum() or char in "-_.") for char in value.strip(",:;!?'\""))


def _looks_random(value: str, *, needs: str) -> bool:
    """For patterns that take any value: whether this one is more than a word."""
    if _is_placeholder(value) or _CODE.fullmatch(value):
        return False
    if needs == "password":
        return any(char.isalpha() for char in value) and (len(value) >= 8 or _is_mixed(value))
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)


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
