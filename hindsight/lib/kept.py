"""Queries that are built and compiled once a process: Django takes longer to write the SQL of a small one than the
database to answer it, and a page asks twenty."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar, cast

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

from hindsight.lib.prepared import bound, prepared

Row = TypeVar("Row")
Value: TypeAlias = int | str | datetime


class Kept(Generic[Row]):
    """A query that differs only in some ids, words and moments. Nothing but its SQL is kept, never a row.

    `build` gets something for each value and returns the query, which must hold each of them and depend on nothing
    else that changes: no list of which the length differs, no reading of the clock.

        _VERDICTS = Kept(lambda incident: ChangeVerdict.objects.filter(incident=incident).select_related("by"))
        rows = _VERDICTS.rows(incident.pk)
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]]) -> None:
        self._build = build
        self._made: dict[tuple[type, ...], _Made] = {}

    def rows(self, *values: Value) -> list[Row]:
        """What the database has now for these values, which are as many as `build` takes. One query, each time."""
        kinds = tuple(type(value) for value in values)
        made = self._made.get(kinds)
        if made is None:
            # Two threads that come first together make the same; the later stays.
            marks = [_mark(place, kind) for place, kind in enumerate(kinds)]
            made = self._made[kinds] = _Made(self._build(*marks), marks)
        return made.read(values)

    def first(self, *values: Value) -> Row | None:
        """The first of the rows; the query had better ask for no more than one."""
        rows = self.rows(*values)
        return rows[0] if rows else None


def _mark(place: int, kind: type) -> Value:
    """What stands for a value while the query is built: near the end of what a number column takes."""
    if issubclass(kind, datetime):
        return datetime(9000, 1, 1, tzinfo=UTC) + timedelta(seconds=place)
    return f"kept-value-{place}" if issubclass(kind, str) else 2_147_483_000 + place


class _Made:
    """A query with its SQL, and which value goes where in it."""

    def __init__(self, queryset: QuerySet[Any, Any], marks: Sequence[Value]) -> None:
        self.queryset = queryset
        self.using = queryset.db
        self.compiler: SQLCompiler = queryset.query.get_compiler(using=self.using)
        self.sql, params = self.compiler.as_sql()
        self.params = tuple(params)
        stored = [self._stored(mark) for mark in marks]
        self.places = [(at, stored.index(param)) for at, param in enumerate(self.params) if param in stored]
        if {place for _, place in self.places} != set(range(len(marks))):
            raise ValueError("A value of a kept query is not in its SQL.")

    def _stored(self, value: Value) -> object:
        """A value as the database is told of it."""
        if isinstance(value, datetime):
            return connections[self.using].ops.adapt_datetimefield_value(value)
        return value

    def read(self, values: Sequence[Value]) -> list[Any]:
        params = list(self.params)
        for at, place in self.places:
            params[at] = self._stored(values[place])
        connection = connections[self.using]
        with prepared(connection) as cursor:
            cursor.execute(self.sql, bound(connection, params))
            found = cursor.fetchall()
        # Most small queries of a page find nothing.
        return self._rows(connection, found) if found else []

    def _rows(self, connection: BaseDatabaseWrapper, found: list[tuple[Any, ...]]) -> list[Any]:
        """What was found, as the queryset gives it."""
        if self.compiler.has_extra_select:
            found = [row[: self.compiler.col_count] for row in found]
        compiler: Any = object.__new__(type(self.compiler))
        # A connection belongs to one thread; what was made here may be read by all.
        compiler.__dict__.update(self.compiler.__dict__, connection=connection)
        compiler.execute_sql = lambda *_, **__: [found]
        compiler.get_converters = lambda _: self._converters
        compiler.has_composite_fields = lambda _: self._is_composite
        reading: Any = self.queryset._iterable_class(cast("QuerySet[Any, Any]", _ready(self.queryset, compiler)))
        return list(reading)

    @cached_property
    def _converters(self) -> Any:
        """How columns become values: known with the SQL, and else found out anew for each query."""
        return self.compiler.get_converters(self._columns)

    @cached_property
    def _is_composite(self) -> bool:
        return bool(self.compiler.has_composite_fields(self._columns))

    @property
    def _columns(self) -> list[Any]:
        return [column[0] for column in (self.compiler.select or [])[: self.compiler.col_count]]


class _Instead:
    """Stands for an object before those who read it; what is set here comes first."""

    def __init__(self, plain: Any, **own: Any) -> None:
        self.__dict__.update(own, _plain=plain)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


def _ready(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> _Instead:
    """The queryset as its iterables read it, with a compiler that has its SQL."""
    return _Instead(queryset, query=_Instead(queryset.query, get_compiler=lambda *_, **__: compiler))
