"""What django-tasks' database queue lacks: retries with a pause, jobs of dead workers, parking, pruning.

No table of its own: a job's tries are the workers that took it, its next try is its `run_after`. A job has to be safe
to run twice, because a worker may die between the work and the note that it was done.
"""

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.db.models import Q, QuerySet
from django_tasks import TaskContext, TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

Job = DBTaskResult[Any, Any]

log = structlog.get_logger(__name__)

# Then it is parked: five failures over an hour and a half are no passing trouble.
MOST_TRIES = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
KEEP_DONE = timedelta(days=2)
KEEP_PARKED = timedelta(days=60)


def run_next(*, worker: str, now: datetime) -> bool:
    """Take the next job that is due and run it; False when there is none."""
    job = _claim(worker, now)
    if job is not None:
        _run(job, now)
    return job is not None


def recover(*, alive: set[str], now: datetime) -> int:
    """Give back the jobs that were being run by a worker that is no longer alive; how many."""
    left = [job for job in DBTaskResult.objects.running() if not alive.intersection(job.worker_ids[-1:])]
    for job in left:
        _retry_or_park(job, RuntimeError("The worker died while it ran this."), now)
    return len(left)


def prune(*, now: datetime) -> int:
    """Forget results: done ones after two days, parked ones after sixty; how many."""
    done = Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - KEEP_DONE)
    parked = Q(status=TaskResultStatus.FAILED, finished_at__lt=now - KEEP_PARKED)
    return int(DBTaskResult.objects.filter(done | parked).delete()[0])


def pause_after(tries: int) -> timedelta:
    """How long to wait after this many failures: 1, 4, 16 and 60 minutes."""
    return min(FIRST_PAUSE * float(4 ** (tries - 1)), LONGEST_PAUSE)


def due(now: datetime) -> "QuerySet[Job]":
    """Jobs that may run at `now`, most urgent first."""
    at_once = Q(run_after=get_date_max())
    return DBTaskResult.objects.filter(at_once | Q(run_after__lte=now), status=TaskResultStatus.READY)


def parked() -> "QuerySet[Job]":
    """Jobs that failed for good."""
    return DBTaskResult.objects.failed()


def _claim(worker: str, now: datetime) -> "Job | None":
    # Looking first takes no write lock, and mostly there is nothing to take.
    if not due(now).exists():
        return None
    with transaction.atomic():
        job = due(now).select_for_update(skip_locked=True).first()
        if job is not None:
            job.claim(worker)
        return job


def _run(job: "Job", now: datetime) -> None:
    try:
        answer = _call(job)
        job.set_successful(answer)
    except (ImportError, SuspiciousOperation) as problem:
        # Its function is gone from this release: trying again is no use.
        _park(job, problem)
    except Exception as problem:
        _retry_or_park(job, problem, now)


def _call(job: "Job") -> object:
    task, arguments = job.task, job.args_kwargs
    # The two packages disagree about the number of type parameters only.
    context = [TaskContext(task_result=cast("Any", job.task_result))] if task.takes_context else []
    return task.call(*context, *arguments["args"], **arguments["kwargs"])


def _retry_or_park(job: "Job", problem: Exception, now: datetime) -> None:
    tries = len(job.worker_ids)
    if tries >= MOST_TRIES:
        _park(job, problem)
        return
    job.status, job.run_after = TaskResultStatus.READY, now + pause_after(tries)
    job.save(update_fields=["status", "run_after"])
    log.warning(
        "job failed",
        job=str(job.pk),
        task=job.task_path,
        tries=tries,
        again_at=job.run_after.isoformat(),
        problem=type(problem).__name__,
    )


def _park(job: "Job", problem: Exception) -> None:
    job.set_failed(problem)
    log.error("job parked", job=str(job.pk), task=job.task_path, tries=len(job.worker_ids), exc_info=problem)
