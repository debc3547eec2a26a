"""How the PostgreSQL engine asks: conditions, statements that can't hang, and what an answer that fails means."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
from django.db import DatabaseError, connection, transaction
from numpy.typing import NDArray

from hindsight.lib.prepared import prepared
from search.engines.protocol import Clause, EngineError, Fact, Not, Term

# A statement over 50,000 documents takes tens of milliseconds; whoever searches is answered within two seconds.
PATIENCE_MS = 1500
LOCK_PATIENCE_MS = 500
# Nothing is wrong with the index: building it anew would not help.
PASSING = {
    "57014": "a question took too long",
    "55P03": "another process holds its table",
    "40P01": "another process holds its table",
}
# Classes of SQLSTATE: a table, column or function that is missing; a damaged table; a file that can't be read.
_BROKEN = ("42", "XX", "58")

# The planner does not know what it costs to unpack a word vector, and would read the whole table; compiling takes
# longer than these statements. It holds for one statement: without a transaction around it, for what is sent at once.
_BEFORE = (
    "SET LOCAL enable_seqscan = off; SET LOCAL jit = off;"
    f" SET LOCAL statement_timeout = {PATIENCE_MS}; SET LOCAL lock_timeout = {LOCK_PATIENCE_MS}; "
)
_AFTER = (
    "; SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT;"
    " SET LOCAL statement_timeout TO DEFAULT; SET LOCAL lock_timeout TO DEFAULT"
)
_SETTINGS = 4
# An array as PostgreSQL sends it: its head, then the length and the value of each element.
_HEAD = 20
_ELEMENT = np.dtype([("length", ">i4"), ("number", ">i8")])


class Where:
    """Conditions of a WHERE with their values."""

    def __init__(self, *conditions: tuple[str, list[Any]]) -> None:
        self._conditions = conditions

    def plus(self, condition: str, *values: Any) -> "Where":
        """These conditions and one more."""
        return Where(*self._conditions, (condition, list(values)))

    @property
    def sql(self) -> str:
        """All of them, each in brackets."""
        return " AND ".join(f"({condition})" for condition, _ in self._conditions)

    @property
    def values(self) -> list[Any]:
        """What stands for their `%s`, in order."""
        return [value for _, values in self._conditions for value in values]


def ask(sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """What one statement answers, by an index and in time. Raises EngineError when it can't answer."""
    with told():
        if not connection.in_atomic_block:
            return _asked(f"{_BEFORE}{sql}", values)
        # What fails must leave the transaction around it usable, what succeeds its settings.
        with transaction.atomic():
            return _asked(f"{_BEFORE}{sql}{_AFTER}", values)


def look_up(sql: str, values: Sequence[Any]) -> list[Any]:
    """What a statement answers that names its rows by their numbers, as PostgreSQL packs it: planned once a connection.

    Nothing bounds its time, so the state of the index is asked for before. Raises EngineError when it can't answer.
    """
    around = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with told(), around, prepared(connection, is_packed=True) as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def array_of(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array: the driver takes longer over each of them."""
    return f"{{{','.join(map(str, numbers))}}}"


def unpacked(packed: bytes | None) -> NDArray[np.int64]:
    """The numbers of what `array_send(array_agg(…))` of a bigint column answers."""
    held = np.frombuffer(packed or b"", dtype=_ELEMENT, offset=_HEAD) if packed else np.zeros(0, dtype=_ELEMENT)
    return held["number"].astype(np.int64)


@contextmanager
def told() -> Iterator[None]:
    """Say as EngineError what the database says of the index. That the database itself is away is passed on."""
    try:
        yield
    except DatabaseError as problem:
        state = str(getattr(problem.__cause__, "sqlstate", None) or "")
        if state in PASSING:
            raise EngineError(PASSING[state]) from problem
        if state.startswith(_BROKEN):
            raise EngineError(f"its table can't be read ({state})") from problem
        raise


def quoted(word: str) -> str:
    """A word as it stands in a tsvector's or tsquery's text."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def any_form(forms: Sequence[str]) -> str:
    """A tsquery's text for what holds one of these words."""
    return f"({' | '.join(map(quoted, forms))})"


def all_of(terms: Sequence[Term]) -> str:
    """A tsquery's text for what holds all of these terms."""
    return " & ".join(any_form(term.forms) for term in terms)


def condition(clause: Clause) -> tuple[str, list[Any]]:
    """A clause as a condition on the document `d`, with its values."""
    if isinstance(clause, Not):
        inner, values = condition(clause.clause)
        return f"NOT ({inner})", values
    if isinstance(clause, Fact):
        return "d.facts && %s::text[]", [[clause.token]]
    if not clause.terms:
        return "FALSE", []
    return "d.words @@ %s::tsquery", [all_of(clause.terms)]


def _asked(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for _ in range(_SETTINGS):
            cursor.nextset()
        return list(cursor.fetchall())
