"""Background jobs: retried with a pause, given back when their worker died, parked in the end, forgotten later."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hindsight.jobs import queue
from tests.hindsight import jobs_under_test
from tests.hindsight.jobs_under_test import fail, succeed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_done() -> Iterator[None]:
    jobs_under_test.done.clear()
    yield
    jobs_under_test.done.clear()


def only_job() -> "queue.Job":
    return DBTaskResult.objects.get()


def test_a_job_runs_once_and_keeps_its_answer() -> None:
    succeed.enqueue("word")
    now = timezone.now()
    assert queue.run_next(worker="w", now=now)
    assert not queue.run_next(worker="w", now=now)
    assert jobs_under_test.done == ["word"]
    assert (only_job().status, only_job().return_value) == (TaskResultStatus.SUCCESSFUL, "word")


def test_nothing_to_do() -> None:
    assert not queue.run_next(worker="w", now=timezone.now())


def test_urgent_jobs_come_first() -> None:
    succeed.enqueue("later")
    succeed.using(priority=5).enqueue("first")
    queue.run_next(worker="w", now=timezone.now())
    assert jobs_under_test.done == ["first"]


def test_a_job_of_the_future_waits() -> None:
    now = timezone.now()
    succeed.using(run_after=now + timedelta(hours=1)).enqueue("word")
    assert not queue.run_next(worker="w", now=now)
    assert queue.run_next(worker="w", now=now + timedelta(hours=1))


def test_a_failed_job_is_tried_again_after_a_pause() -> None:
    fail.enqueue()
    now = timezone.now()
    assert queue.run_next(worker="w", now=now)
    assert only_job().status == TaskResultStatus.READY
    assert not queue.run_next(worker="w", now=now + timedelta(seconds=59))
    assert queue.run_next(worker="w", now=now + timedelta(seconds=60))


def test_a_job_that_fails_five_times_is_parked_with_its_reason() -> None:
    fail.enqueue()
    now = fail_until_parked(timezone.now())
    assert only_job().status == TaskResultStatus.FAILED
    assert len(only_job().worker_ids) == queue.MOST_TRIES
    assert "on purpose" in only_job().traceback
    assert list(queue.parked()) == [only_job()]
    assert not queue.run_next(worker="w", now=now + timedelta(days=1))


def fail_until_parked(now: datetime) -> datetime:
    """Run the one job until it is not tried any more; when that was."""
    while queue.run_next(worker="w", now=now):
        now += timedelta(hours=1)
    return now


def test_the_pauses_grow_to_an_hour() -> None:
    minutes = [queue.pause_after(tries) / timedelta(minutes=1) for tries in range(1, 7)]
    assert minutes == [1, 4, 16, 60, 60, 60]


def test_a_job_whose_function_is_gone_is_parked_at_once() -> None:
    succeed.enqueue("word")
    DBTaskResult.objects.update(task_path="tests.hindsight.no_such_module.function")
    queue.run_next(worker="w", now=timezone.now())
    assert only_job().status == TaskResultStatus.FAILED


def test_a_path_that_is_no_job_is_parked_and_not_called() -> None:
    succeed.enqueue("word")
    DBTaskResult.objects.update(task_path="builtins.print")
    queue.run_next(worker="w", now=timezone.now())
    assert only_job().status == TaskResultStatus.FAILED
    assert jobs_under_test.done == []


def take_without_finishing(worker: str) -> None:
    """What a worker leaves that is killed in the middle of a job."""
    succeed.enqueue("word")
    only_job().claim(worker)


def test_the_job_of_a_dead_worker_is_given_back() -> None:
    take_without_finishing("dead")
    now = timezone.now()
    assert queue.recover(alive={"alive"}, now=now) == 1
    assert queue.run_next(worker="alive", now=now + queue.pause_after(1))
    assert jobs_under_test.done == ["word"]


def test_the_job_of_a_living_worker_is_left_alone() -> None:
    take_without_finishing("alive")
    assert queue.recover(alive={"alive"}, now=timezone.now()) == 0
    assert only_job().status == TaskResultStatus.RUNNING


def test_a_job_that_kills_its_workers_is_parked() -> None:
    succeed.enqueue("word")
    now = timezone.now()
    for number in range(queue.MOST_TRIES):
        only_job().claim(f"worker {number}")
        queue.recover(alive=set(), now=now)
    assert only_job().status == TaskResultStatus.FAILED


def test_results_are_forgotten_in_time() -> None:
    succeed.enqueue("word")
    fail.enqueue()
    now = timezone.now()
    while queue.run_next(worker="w", now=now):
        now += timedelta(hours=1)
    assert queue.prune(now=timezone.now() + timedelta(days=1)) == 0
    assert queue.prune(now=timezone.now() + timedelta(days=3)) == 1
    assert queue.prune(now=timezone.now() + timedelta(days=61)) == 1


def test_jobs_that_wait_are_never_forgotten() -> None:
    succeed.enqueue("word")
    assert queue.prune(now=timezone.now() + timedelta(days=1000)) == 0
