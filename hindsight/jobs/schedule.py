"""Functions that run every so often: a registry that apps add to, and the rule of when one is due.

    @periodic(every=timedelta(days=1))
    def clear_old_things(*, now: datetime) -> None: ...

The module that holds it has to be imported by the worker; `<app>/tasks.py` always is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from django.db import IntegrityError, transaction

from hindsight.models import PeriodicRun

log = structlog.get_logger(__name__)


class PeriodicFunction(Protocol):
    """Takes the time it is run at; safe to run twice."""

    __module__: str
    __qualname__: str

    def __call__(self, *, now: datetime) -> None:
        """Do what is due."""


F = TypeVar("F", bound=PeriodicFunction)


@dataclass(frozen=True)
class Periodic:
    """One entry of the registry."""

    name: str
    every: timedelta
    run: PeriodicFunction


registry: dict[str, Periodic] = {}


def periodic(*, every: timedelta) -> Callable[[F], F]:
    """Register a function to be run `every` so often, by one worker at a time, over all workers."""

    def register(function: F) -> F:
        name = f"{function.__module__}.{function.__qualname__}"
        registry[name] = Periodic(name=name, every=every, run=function)
        return function

    return register


def run_due(*, now: datetime) -> int:
    """Run every function whose time has come; how many ran. One that fails is logged and waits for its next turn."""
    began = dict(PeriodicRun.objects.values_list("name", "began_at"))
    due = [entry for entry in registry.values() if _is_due(entry, began.get(entry.name), now)]
    return sum(_run(entry, now) for entry in due if _claim(entry, began.get(entry.name), now))


def _is_due(entry: Periodic, began_at: datetime | None, now: datetime) -> bool:
    # A time in the future is left by a clock that was wrong; it must not stop the work until then.
    return began_at is None or now - began_at >= entry.every or began_at > now + timedelta(minutes=5)


def _claim(entry: Periodic, began_at: datetime | None, now: datetime) -> bool:
    """Take the turn; False when another worker was quicker."""
    if began_at is not None:
        return bool(PeriodicRun.objects.filter(name=entry.name, began_at=began_at).update(began_at=now))
    try:
        with transaction.atomic():
            PeriodicRun.objects.create(name=entry.name, began_at=now)
    except IntegrityError:
        return False
    return True


def _run(entry: Periodic, now: datetime) -> bool:
    try:
        entry.run(now=now)
    except Exception:
        log.exception("periodic function failed", function=entry.name)
        return False
    return True
