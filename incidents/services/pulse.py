"""Telling open pages that something changed: every change of the record moves the pulse of its incident."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from hindsight.lib.prepared import bound, prepared
from hindsight.lib.rows import table
from incidents.models import Incident, Pulse
from search import outbox

_only_lines = ContextVar("only_lines", default=False)
# The first change after an incident came makes its row.
_MOVE = """
INSERT INTO {pulses} (incident_id, beat, lines) SELECT id, 1, %s FROM {incidents} WHERE id = %s
ON CONFLICT (incident_id) DO UPDATE SET beat = {pulses}.beat + 1, lines = {pulses}.lines + excluded.lines
"""


def register() -> None:
    """Hear of every change that search hears of: what is worth finding is worth showing."""
    outbox.listen("incident", beat)


@contextmanager
def only_lines() -> Iterator[None]:
    """What is told of in here only writes lines of the timeline: open pages then ask for nothing else."""
    token = _only_lines.set(True)
    try:
        yield
    finally:
        _only_lines.reset(token)


def beat(incidents: Collection[int]) -> None:
    """Move the pulse of these incidents; belongs into the transaction of the change.

    SQLite lets one write at a time, so it moves with the change. On PostgreSQL it moves right after the commit: held
    until then, the row would make writers of one incident wait for each other in an order that nobody chose.
    """
    lines = 1 if _only_lines.get() else 0
    if connection.vendor == "sqlite":
        _move(incidents, lines)
    else:
        transaction.on_commit(lambda: _move(incidents, lines), robust=True)


def _move(incidents: Collection[int], lines: int) -> None:
    statement = _MOVE.format(pulses=table(Pulse), incidents=table(Incident))
    with prepared(connection) as cursor:
        for pk in sorted(set(incidents)):
            cursor.execute(statement, bound(connection, [lines, pk]))
