"""Statements that PostgreSQL plans once a connection: planning a small one takes longer than answering it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import count
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_MARK = re.compile("%[s%]")
# Format.BINARY of the driver, which is not loaded on SQLite.
_PACKED = 1


@contextmanager
def prepared(connection: BaseDatabaseWrapper, *, is_packed: bool = False) -> Iterator[CursorWrapper]:
    """A cursor for statements whose text is the same each time, with `%s` for what differs.

    On PostgreSQL such a statement is sent apart from its values and prepared when it comes again; Django's own cursors
    write the values into the text, so that each is another. Elsewhere it is an ordinary cursor. `is_packed` has
    PostgreSQL send its answer as it holds it and not as text, in which bytes are twice as long: for numbers, words and
    bytes; moments would come as the driver reads them and not as Django does.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    connection.ensure_connection()
    plain: Any = connection.connection
    usual, plain.cursor_factory = plain.cursor_factory, _planned()
    try:
        cursor = connection.cursor()
    finally:
        plain.cursor_factory = usual
    with cursor:
        if is_packed:
            cursor.cursor.format = _PACKED
        yield cursor


@cache
def _planned() -> Any:
    # Not at the top: SQLite's installations never load the driver.
    from psycopg import RawCursor

    class Planned(RawCursor[Any]):
        """A cursor of the driver that takes a statement as PostgreSQL reads it: its ordinary one takes long ones apart
        each time. Remembers what it sent: Django asks for that where queries are counted."""

        def _convert_query(self, query: Any, params: Any = None) -> Any:
            self._query = super()._convert_query(_numbered(query) if params is not None else query, params)
            return self._query

    return Planned


@lru_cache(maxsize=1000)
def _numbered(sql: str) -> str:
    """A statement with $1, $2 … for each of its `%s`."""
    numbers = count(1)
    return _MARK.sub(lambda mark: "%" if mark[0] == "%%" else f"${next(numbers)}", sql)


def bound(connection: BaseDatabaseWrapper, values: Sequence[Any]) -> list[Any]:
    """Values for a prepared cursor: numbers all of one width, or each width would be a statement of its own."""
    if connection.vendor != "postgresql":
        return list(values)
    from psycopg.types.numeric import Int8

    return [Int8(value) if type(value) is int else value for value in values]
