"""Telling open pages that something changed: every change of the record moves the pulse of its incident."""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import F

from incidents.models import Incident, Pulse
from search import outbox


def register() -> None:
    """Hear of every change that search hears of: what is worth finding is worth showing."""
    outbox.listen("incident", beat)


def beat(incidents: Collection[int]) -> None:
    """Move the pulse of these incidents; belongs into the transaction of the change.

    SQLite lets one write at a time, so it moves with the change. On PostgreSQL it moves right after the commit: held
    until then, the row would make writers of one incident wait for each other in an order that nobody chose.
    """
    if connection.vendor == "sqlite":
        _move(incidents)
    else:
        transaction.on_commit(lambda: _move(incidents), robust=True)


def only_lines(incidents: Collection[int]) -> None:
    """Say that a change just told of only wrote lines of the timeline: open pages then ask for nothing else."""
    if connection.vendor == "sqlite":
        _count_lines(incidents)
    else:
        transaction.on_commit(lambda: _count_lines(incidents), robust=True)


def _count_lines(incidents: Collection[int]) -> None:
    Pulse.objects.filter(pk__in=incidents).update(lines=F("lines") + 1)


def _move(incidents: Collection[int]) -> None:
    moved = Pulse.objects.filter(pk__in=incidents).update(beat=F("beat") + 1)
    if moved < len(incidents):
        there = Incident.objects.filter(pk__in=incidents, pulse=None).values_list("pk", flat=True)
        Pulse.objects.bulk_create([Pulse(pk=pk, beat=1) for pk in there], ignore_conflicts=True)
