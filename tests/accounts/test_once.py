"""Writes that arrive twice."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.models import OnceKey, Team, User
from accounts.once import KeyUsedElsewhereError, once
from tests.support.personas import make_user

KEY = "0123456789abcdef"


def make_team(name: str = "Storage") -> dict[str, Any]:
    return {"team": Team.objects.create(name=name, slug=name.lower()).pk}


@pytest.mark.django_db
def test_the_second_gets_the_first_answer(responder: User, now: datetime) -> None:
    first = once(by=responder, key=KEY, request="team", now=now, act=make_team)
    second = once(by=responder, key=KEY, request="team", now=now, act=make_team)
    assert first == second == {"team": Team.objects.get().pk}


@pytest.mark.django_db
def test_without_a_key_it_just_runs(responder: User, now: datetime) -> None:
    once(by=responder, key="", request="team", now=now, act=lambda: make_team("one"))
    once(by=responder, key="", request="team", now=now, act=lambda: make_team("two"))
    assert Team.objects.count() == 2
    assert not OnceKey.objects.exists()


@pytest.mark.django_db
def test_a_key_is_for_one_request(responder: User, now: datetime) -> None:
    once(by=responder, key=KEY, request="team", now=now, act=make_team)
    with pytest.raises(KeyUsedElsewhereError):
        once(by=responder, key=KEY, request="other", now=now, act=make_team)
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_each_persons_own(responder: User, outsider: User, now: datetime) -> None:
    once(by=responder, key=KEY, request="team", now=now, act=lambda: make_team("one"))
    once(by=outsider, key=KEY, request="team", now=now, act=lambda: make_team("two"))
    assert Team.objects.count() == 2


@pytest.mark.django_db
def test_a_failed_act_leaves_the_key_free(responder: User, now: datetime) -> None:
    def fail() -> dict[str, Any]:
        make_team()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(by=responder, key=KEY, request="team", now=now, act=fail)
    assert not Team.objects.exists()
    once(by=responder, key=KEY, request="team", now=now, act=make_team)
    assert Team.objects.count() == 1


@pytest.mark.django_db
def test_an_integrity_error_of_the_act_comes_through(responder: User, now: datetime) -> None:
    make_team()
    with pytest.raises(IntegrityError):
        once(by=responder, key=KEY, request="team", now=now, act=make_team)
    assert not OnceKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_act_once(now: datetime) -> None:
    person = make_user("responder")
    barrier = threading.Barrier(2)
    answers: list[dict[str, Any]] = []

    def send() -> None:
        barrier.wait(timeout=10)
        try:
            answers.append(once(by=person, key=KEY, request="team", now=now, act=make_team))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert answers == [{"team": Team.objects.get().pk}] * 2
