"""Two people at once: nobody waits for a change that is none of theirs, and no order of theirs is impossible."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import DiagnosisStep, TimelineEntry
from incidents.services.catalogue import services_named, tags_named
from incidents.services.diagnosis import update_step
from incidents.services.update import update
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread and a connection of its own, at once; what each returned or raised."""
    results: list[object] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = act()
        except Exception as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.postgresql
def test_a_note_does_not_wait_for_a_change_of_the_incident(responder: User) -> None:
    incident = make_incident(responder)
    step = make_step(incident, responder)

    def note() -> TimelineEntry:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return make_entry(incident, responder, "Meanwhile")

    with transaction.atomic():
        update(incident=incident, by=responder, now=NOW, version=1, fields={"title": "Not yet committed"})
        update_step(step=step, by=responder, now=NOW, version=1, fields={"finding": "Not yet committed"})
        (noted,) = together(note)
    assert isinstance(noted, TimelineEntry)


def test_two_steps_can_not_come_to_lie_under_each_other(responder: User) -> None:
    incident = make_incident(responder)
    one, two = make_step(incident, responder, "One"), make_step(incident, responder, "Two")

    def put(step: DiagnosisStep, under: DiagnosisStep) -> object:
        return update_step(step=step, by=responder, now=NOW, version=None, fields={"parent": under})

    results = together(lambda: put(one, two), lambda: put(two, one))
    assert [type(result) for result in results if isinstance(result, Exception)] == [InvalidError]
    assert DiagnosisStep.objects.filter(parent=None).count() == 1


def test_new_services_and_tags_in_any_order_wait_for_nobody_for_ever(responder: User) -> None:
    names = [f"Service {n}" for n in range(20)]

    def make(names: list[str]) -> int:
        with transaction.atomic():
            return len(services_named(names, by=responder)) + len(tags_named(names))

    assert together(lambda: make(names), lambda: make(names[::-1])) == [40, 40]
