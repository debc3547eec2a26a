"""The worker's parts: heartbeat, loops that outlive failures, one worker per data directory."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hindsight.jobs import beats
from hindsight.jobs.loops import AFTER_FAILURE, Loop
from hindsight.jobs.single import SingleInstance
from hindsight.models import Worker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_a_worker_is_alive_while_it_beats() -> None:
    worker = beats.sign_on(now=NOON)
    later = NOON + beats.SILENT_AFTER + timedelta(seconds=1)
    assert beats.names_alive(now=NOON) == {worker.name}
    assert beats.names_alive(now=later) == set()
    beats.beat(worker, now=later)
    assert beats.names_alive(now=later) == {worker.name}
    assert beats.last_beat() == later


@pytest.mark.django_db
def test_a_worker_that_ends_leaves_nothing() -> None:
    beats.sign_off(beats.sign_on(now=NOON))
    assert beats.last_beat() is None


@pytest.mark.django_db
def test_a_beat_survives_a_restored_database() -> None:
    worker = beats.sign_on(now=NOON)
    Worker.objects.all().delete()
    beats.beat(worker, now=NOON)
    assert beats.names_alive(now=NOON) == {worker.name}


@pytest.mark.django_db
def test_dead_workers_are_forgotten_after_a_day() -> None:
    beats.sign_on(now=NOON)
    beats.sign_on(now=NOON + timedelta(days=2))
    assert Worker.objects.count() == 1


@pytest.mark.django_db
def test_a_loop_pauses_only_when_there_is_nothing_to_do() -> None:
    found = iter([True, False])
    loop = Loop("test", lambda: next(found), pause=3)
    assert [loop.one_round(), loop.one_round()] == [0, 3]


@pytest.mark.django_db(transaction=True)
def test_a_loop_outlives_a_failing_step() -> None:
    def fail() -> bool:
        raise ValueError("on purpose")

    assert Loop("test", fail, pause=3).one_round() == AFTER_FAILURE


@pytest.mark.django_db(transaction=True)
def test_a_loop_finishes_its_step_and_stops() -> None:
    stop, rounds = threading.Event(), []

    def step() -> bool:
        rounds.append("step")
        stop.set()
        return True

    Loop("test", step, pause=60).run(stop)
    assert rounds == ["step"]


def test_one_data_directory_has_one_worker(tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path / "lock"), SingleInstance(tmp_path / "lock")
    assert first.try_now()
    assert not second.try_now()
    stop = threading.Event()
    stop.set()
    assert not second.wait(stop)
    del first
    assert second.try_now()
