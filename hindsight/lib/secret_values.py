"""What is a secret's value: what stands behind a name such as `password`, and what only stands for a value."""

import re
from collections.abc import Iterator

from detect_secrets.filters import heuristic
from detect_secrets.plugins import keyword

# What is stored in place of a credential.
MASK = re.compile(r"\[masked: [^\]\n]{1,60}\]")


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


def by_name(piece: str) -> Iterator[tuple[int, int]]:
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
    if len(value) < 4 or is_placeholder(value):
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


def is_placeholder(value: str) -> bool:
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


def looks_random(value: str, *, needs: str) -> bool:
    """For patterns that take any value: whether this one is more than a word."""
    if is_placeholder(value) or _CODE.fullmatch(value):
        return False
    if needs == "password":
        return any(char.isalpha() for char in value) and (len(value) >= 8 or _is_mixed(value))
    return any(char.isdigit() for char in value) and any(char.isalpha() for char in value)
