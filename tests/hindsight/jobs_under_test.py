"""Jobs for the queue's tests: the queue finds a job by the path of its function."""

from django_tasks import task

done: list[str] = []


class OnPurposeError(Exception):
    """What `fail` raises."""


@task()
def succeed(word: str) -> str:
    """Note the word and return it."""
    done.append(word)
    return word


@task()
def fail() -> None:
    """Never works."""
    raise OnPurposeError("on purpose")
