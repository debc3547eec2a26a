"""What people say of results: kept for the words of a query, and felt by queries of like words only."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from search import feedback
from search.feedback import NoSuchResultError, normalised
from search.models import SearchFeedback
from search.query import parse
from search.results import find
from search.weights import FEEDBACK
from tests.search.conftest import ENGINES
from tests.search.real import index
from tests.support.personas import make_user
from tests.support.records import make_incident

__all__ = ["ENGINES", "index"]


def say(by: User, query: str, pk: int, helped: bool = True) -> None:
    feedback.say(by=by, terms=normalised(parse(query)), key=("incident", pk), helped=helped, now=timezone.now())


def titles(by: User, query: str) -> list[str]:
    return [result.hit.title for result in find(by, query).results]


@pytest.mark.parametrize("other", ["full disk", "Disks FULL", "disk full service:db"])
def test_order_endings_and_filters_say_nothing(other: str) -> None:
    assert {word.rstrip("s") for word in normalised(parse(other))} == {"disk", "full"}


def test_of_a_pasted_text_as_many_words_are_kept_as_fit() -> None:
    words = normalised(parse("\n".join(f"word{n}" + "x" * 60 for n in range(500))))
    assert 0 < len(" ".join(words)) <= 500


def test_saying_it_again_replaces(db: None, responder: User) -> None:
    incident = make_incident(responder)
    say(responder, "disk full", incident.pk)
    say(responder, "full disk", incident.pk, helped=False)
    assert [row.helped for row in SearchFeedback.objects.all()] == [False]


def test_nothing_can_be_said_of_what_one_may_not_see(responder: User, outsider: User) -> None:
    incident = make_incident(responder, is_private=True)
    for pk in (incident.pk, incident.pk + 1000):
        with pytest.raises(NoSuchResultError):
            say(outsider, "disk", pk)
    assert not SearchFeedback.objects.exists()


def test_a_number_names_a_record_only_to_those_who_may_see_it(
    index: Callable[[], None], responder: User, outsider: User
) -> None:
    incident = make_incident(responder, is_private=True)
    index()
    assert feedback.key_of(responder, incident.label.lower()) == ("incident", incident.pk)
    for number in (incident.label, "INC-9999", "", "x" * 500):
        with pytest.raises(NoSuchResultError):
            feedback.key_of(outsider, number)


def test_what_helped_rises_and_what_did_not_sinks(index: Callable[[], None], responder: User) -> None:
    one, other = (make_incident(responder, title=f"Disk full on {name}") for name in ("alpha", "bravo"))
    index()
    before = titles(responder, "disk full")
    last = one if before[-1] == one.title else other
    for number in range(3):
        say(make_user(f"reader{number}"), "full disk", last.pk)
    assert titles(responder, "disk full") == before[::-1]
    for number in range(3):
        say(User.objects.get(username=f"reader{number}"), "full disk", last.pk, helped=False)
    assert titles(responder, "disk full") == before


def test_other_words_feel_nothing_of_it(index: Callable[[], None], responder: User) -> None:
    incident = make_incident(responder, title="Disk full")
    say(responder, "certificate expired", incident.pk)
    assert feedback.weights([("incident", incident.pk)], ["disk", "full"]) == {}
    assert feedback.weights([("incident", incident.pk)], ["certificate", "expired"]) != {}


def test_one_voice_counts_less_than_many_and_the_weight_is_bounded(index: Callable[[], None], responder: User) -> None:
    incident = make_incident(responder, title="Disk full")
    key, found = ("incident", incident.pk), []
    for number in range(5):
        say(make_user(f"reader{number}"), "disk full", incident.pk)
        found.append(feedback.weights([key], ["disk", "full"])[key])
    assert found == sorted(found)
    assert found[0] < 0.5
    assert found[-1] == 1.0


def test_each_result_explains_its_score(index: Callable[[], None], responder: User) -> None:
    incident = make_incident(responder, title="Disk full")
    for number in range(3):
        say(make_user(f"reader{number}"), "disk full", incident.pk)
    index()
    (result,) = find(responder, "disk full").results
    shares = dict(result.shares)
    assert shares["feedback"] == pytest.approx(shares["match"] * FEEDBACK)
    assert result.score == pytest.approx(sum(shares.values()))
