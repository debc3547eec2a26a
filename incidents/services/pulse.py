"""Telling open pages that something changed: every change of the record moves the pulse of its incident."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction
from django.db.models import F

from incidents.models import Incident, Pulse
from search import outbox

_only_lines = ContextVar("only_lines", default=False)


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
    moved = Pulse.objects.filter(pk__in=incidents).update(beat=F("beat") + 1, lines=F("lines") + lines)
    if moved < len(incidents):
        there = Incident.objects.filter(pk__in=incidents, pulse=None).values_list("pk", flat=True)
        Pulse.objects.bulk_create([Pulse(pk=pk, beat=1, lines=lines) for pk in there], ignore_conflicts=True)
