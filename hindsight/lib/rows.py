"""Rows of the busiest reads as plain tuples: where composing a query takes longer than the query itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from hindsight.lib.prepared import bound, prepared

# Of one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
MAX_VALUES = 5_000
Row = tuple[Any, ...]


def table(model: type[Model]) -> str:
    """A model's table as SQL writes it."""
    return connection.ops.quote_name(model._meta.db_table)


def rows(sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """What a statement answers, as the database's driver gives it. `values` stand for its `%s`, never in its text."""
    with prepared(connection) as cursor:
        cursor.execute(sql, bound(connection, values))
        return list(cursor.fetchall())


def rows_of(
    source: str, columns: str, by: str, ids: Iterable[int], *, tail: str = "", **equal: str | int
) -> Iterator[Row]:
    """These columns of a table (or of a join) where the column `by` is one of `ids` and others have these values.

    Everything but `ids` and the values of `equal` stands in the statement as it is: names written in code, nothing
    that anybody typed.
    """
    wanted = list(ids)
    where = "".join(f"{name} = %s AND " for name in equal)
    for start in range(0, len(wanted), MAX_VALUES):
        marks, held = _one_of(wanted[start : start + MAX_VALUES])
        sql = f"SELECT {columns} FROM {source} WHERE {where}{by} {marks} {tail}"  # noqa: S608 - names written in code
        yield from rows(sql, [*equal.values(), *held])


def _one_of(ids: list[int]) -> tuple[str, list[Any]]:
    """The condition that a column is one of these, and its values."""
    if connection.vendor == "postgresql":
        # One array, so that the statement is the same however many they are.
        return "= ANY(%s::bigint[])", [ids]
    return f"IN ({','.join(['%s'] * len(ids))})", list(ids)
