"""The daily housekeeping takes what is over, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.models import OnceKey, User
from hindsight import periodic
from hindsight.jobs import schedule

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_sessions_that_have_run_out_go() -> None:
    for name, days in (("over", -1), ("valid", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=NOON + timedelta(days=days))
    periodic.clear_sessions(now=NOON)
    assert [session.session_key for session in Session.objects.all()] == ["valid"]


def test_old_once_keys_go(responder: User) -> None:
    for key, days in (("old", 3), ("young", 1)):
        OnceKey.objects.create(user=responder, key=key, request="x", created_at=NOON - timedelta(days=days))
    periodic.prune_once_keys(now=NOON)
    assert [row.key for row in OnceKey.objects.all()] == ["young"]


def test_the_worker_knows_them() -> None:
    assert {"hindsight.periodic.clear_sessions", "hindsight.periodic.prune_once_keys"} <= set(schedule.registry)
