"""One line of JSON into one object, strictly, and typed reading of its values."""

import json
from collections import Counter
from typing import NoReturn

from integrations.importing.problems import BadRow

Row = dict[str, object]

_KINDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def parse_row(data: bytes) -> Row:
    """The object that a line holds. Raises BadRow: not UTF-8, not JSON, no object, a key twice, NaN, too deep."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise BadRow(f"The line is not UTF-8 (byte {error.start + 1}).") from error
    except RecursionError as error:
        raise BadRow("The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise BadRow(f"The line is not JSON: {error.msg} (character {error.pos + 1}).") from error
    except ValueError as error:
        # A number of thousands of digits.
        raise BadRow("The JSON holds a number that is too long.") from error
    if not isinstance(value, dict):
        raise BadRow(f"The line holds {kind_of(value)}; it must be an object.")
    return value


def kind_of(value: object) -> str:
    """What a JSON value is, for people."""
    return _KINDS.get(type(value), type(value).__name__)


def text_of(row: Row, key: str, *, required: bool = False) -> str:
    """The text under `key`; "" where it is absent or null and not required. Raises BadRow."""
    value = row.get(key)
    if value is None and not required:
        return ""
    if value is None:
        raise BadRow(f"{key} is missing.")
    if not isinstance(value, str):
        raise BadRow(f"{key} is {kind_of(value)}; it must be text.")
    if required and not value.strip():
        raise BadRow(f"{key} is empty.")
    return value


def texts_of(row: Row, key: str) -> list[str]:
    """The list of texts under `key`; empty where absent or null. Raises BadRow."""
    values = list_of(row, key)
    for value in values:
        if not isinstance(value, str):
            raise BadRow(f"{key} holds {kind_of(value)}; each must be text.")
    return [value for value in values if isinstance(value, str)]


def rows_of(row: Row, key: str) -> list[Row]:
    """The list of objects under `key`; empty where absent or null. Raises BadRow."""
    values = list_of(row, key)
    for value in values:
        if not isinstance(value, dict):
            raise BadRow(f"{key} holds {kind_of(value)}; each must be an object.")
    return [value for value in values if isinstance(value, dict)]


def list_of(row: Row, key: str) -> list[object]:
    """The list under `key`; empty where absent or null. Raises BadRow."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRow(f"{key} is {kind_of(value)}; it must be a list.")
    return value


def object_of(row: Row, key: str) -> Row:
    """The object under `key`; empty where absent or null. Raises BadRow."""
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRow(f"{key} is {kind_of(value)}; it must be an object.")
    return value


def _once(pairs: list[tuple[str, object]]) -> Row:
    row = dict(pairs)
    if len(row) < len(pairs):
        double = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadRow(f"The key “{double[:40]}” is there twice; which of them counts can't be known.")
    return row


def _no_number(name: str) -> NoReturn:
    raise BadRow(f"The JSON holds {name}, which is no number.")
