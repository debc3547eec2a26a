"""Periodic functions: run when due, once over all workers, and no failure stops the others."""

from datetime import UTC, datetime, timedelta

import pytest

from hindsight.jobs import schedule
from hindsight.jobs.schedule import periodic, run_due
from hindsight.models import PeriodicRun

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A registry with one daily function; the times at which it ran."""
    monkeypatch.setattr(schedule, "registry", {})
    ran: list[datetime] = []

    @periodic(every=DAY)
    def daily(*, now: datetime) -> None:
        ran.append(now)

    return ran


def test_it_runs_at_first_and_then_once_a_day(runs: list[datetime]) -> None:
    for hours in (0, 1, 23, 24, 25, 48):
        run_due(now=NOON + timedelta(hours=hours))
    assert runs == [NOON, NOON + DAY, NOON + 2 * DAY]


def test_another_worker_that_was_quicker_has_the_turn(runs: list[datetime]) -> None:
    run_due(now=NOON)
    entry = next(iter(schedule.registry.values()))
    before = PeriodicRun.objects.get().began_at
    PeriodicRun.objects.update(began_at=NOON + DAY)
    assert not schedule._claim(entry, before, NOON + DAY)


def test_a_failure_is_no_reason_to_stop(runs: list[datetime]) -> None:
    @periodic(every=DAY)
    def broken(*, now: datetime) -> None:
        raise ValueError("on purpose")

    assert run_due(now=NOON) == 1
    assert runs == [NOON]
    assert run_due(now=NOON + timedelta(minutes=1)) == 0


def test_a_clock_that_was_ahead_does_not_stop_the_work(runs: list[datetime]) -> None:
    run_due(now=NOON + 365 * DAY)
    run_due(now=NOON)
    assert runs[-1] == NOON
