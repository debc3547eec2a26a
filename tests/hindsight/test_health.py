"""/healthz says that the process lives, /readyz that the installation can work, with reasons where it can't."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from hindsight.jobs import beats
from hindsight.models import Worker
from search.models import OutboxEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Worker:
    """A worker that was heard of just now."""
    return beats.sign_on(now=timezone.now())


def test_healthz_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_is_well(client: Client, worker: Worker) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert all(check["ok"] for check in answer.json()["checks"].values())


def reason(client: Client, check: str) -> str:
    """What the check says, once it was found to be the only one that failed."""
    answer = client.get("/readyz")
    assert answer.status_code == 503
    failed = {name: found["said"] for name, found in answer.json()["checks"].items() if not found["ok"]}
    assert set(failed) == {check}
    return str(failed[check])


def test_no_worker_was_ever_there(client: Client) -> None:
    assert "no worker was ever started" in reason(client, "worker")


def test_the_worker_fell_silent(client: Client, worker: Worker) -> None:
    Worker.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert "no worker for 300 s" in reason(client, "worker")


def test_the_outbox_stands_still(client: Client, worker: Worker) -> None:
    OutboxEntry.objects.create(kind="incident", object_id=1, created_at=timezone.now() - timedelta(minutes=10))
    assert "600 s" in reason(client, "outbox")


def test_a_parked_change_does_not_hold_up_the_rest(client: Client, worker: Worker) -> None:
    old = timezone.now() - timedelta(days=1)
    OutboxEntry.objects.create(kind="incident", object_id=1, created_at=old, parked_at=old)
    assert client.get("/readyz").status_code == 200


def test_the_disk_is_nearly_full(client: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    almost: Callable[[object], SimpleNamespace] = lambda path: SimpleNamespace(free=100 * 1024 * 1024)  # noqa: E731
    monkeypatch.setattr(shutil, "disk_usage", almost)
    assert "100 MB free" in reason(client, "disk")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_probes_are_read_only(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code in {200, 503}
