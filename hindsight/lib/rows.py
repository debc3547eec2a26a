"""Rows of the busiest reads as plain tuples: where composing a query takes longer than the query itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

# Of one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
MAX_VALUES = 5_000
Row = tuple[Any, ...]


def table(model: type[Model]) -> str:
    """A model's table as SQL writes it."""
    return connection.ops.quote_name(model._meta.db_table)


def rows(sql: str, values: Sequence[str | int] = ()) -> list[Row]:
    """What a statement answers, as the database's driver gives it. `values` stand for its `%s`, never in its text."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
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
        held = wanted[start : start + MAX_VALUES]
        marks = ",".join(["%s"] * len(held))
        sql = f"SELECT {columns} FROM {source} WHERE {where}{by} IN ({marks}) {tail}"  # noqa: S608 - names written in code
        yield from rows(sql, [*equal.values(), *held])
