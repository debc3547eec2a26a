"""What is offered behind a command: only what fits, what may be done, and what the one who writes may know of."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from incidents.commands.acting import foresee
from incidents.commands.grammar import read
from incidents.commands.known import COMMANDS
from incidents.commands.offers import SHOWN, Offers, offers
from incidents.commands.scene import Scene
from incidents.models import Incident, Status, transition
from tests.support.records import make_incident, make_step

NOW = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder, services=["checkout-api"])


def offered(incident: Incident, by: User, command: str, typed: str = "") -> Offers:
    return offers(incident=incident, by=by, now=NOW, command=command, typed=typed)


def values(incident: Incident, by: User, command: str, typed: str = "") -> list[str]:
    return [one.value for one in offered(incident, by, command, typed).found]


@pytest.mark.parametrize("here", Status.values)
def test_the_stages_that_it_may_go_to(incident: Incident, responder: User, here: str) -> None:
    incident.status = here
    found = values(incident, responder, "status")
    assert [value.split(" ")[0] for value in found] == [status for status in Status.values if status != here]
    for value in found:
        step = transition(Status(here), Status(value.split(" ")[0]))
        assert step is not None
        assert value.endswith(" because ") == step.needs_reason


def test_severities_but_the_one_that_it_has(incident: Incident, responder: User) -> None:
    assert values(incident, responder, "sev") == [str(at) for at in range(1, 5) if f"sev{at}" != incident.severity]
    assert values(incident, responder, "severity", "sev-1") == ["1"]


def test_people_by_either_name_and_oneself_first(incident: Incident, responder: User, teammate: User) -> None:
    teammate.display_name = "Somebody Tall"
    teammate.save()
    assert values(incident, responder, "lead")[0] == "me"
    assert values(incident, responder, "lead", "tall") == [teammate.username]
    assert values(incident, responder, "lead", "@" + teammate.username[:4].upper()) == [teammate.username]
    teammate.is_active = False
    teammate.save()
    assert values(incident, responder, "lead", "tall") == []


def test_of_a_private_incident_only_who_may_see_it(
    responder: User, teammate: User, outsider: User, admin: User
) -> None:
    private = make_incident(responder, is_private=True, people=[teammate])
    found = values(private, responder, "lead")
    assert {teammate.username, admin.username} <= set(found)
    assert outsider.username not in found


def test_services_that_are_there_or_new(incident: Incident, responder: User, outsider: User) -> None:
    make_incident(responder, services=["a checkout", "checkout-web", "payments"])
    make_incident(outsider, is_private=True, services=["checkout-secret"])
    assert values(incident, responder, "service", "check") == ["checkout-web", "a checkout", "check"]
    found = offered(incident, responder, "service", "check").found
    assert [one.says for one in found] == ["", "", "is new"]
    # One that the incident has, or that the line names already, is neither offered nor new.
    assert values(incident, responder, "service", "Checkout-API") == []
    again = offered(incident, responder, "services", "payments, pay")
    assert (again.part, [one.value for one in again.found]) == ("pay", ["pay"])
    # What only hidden incidents have is as unknown as nothing.
    assert values(incident, responder, "service", "checkout-secret") == ["checkout-secret"]
    assert offered(incident, responder, "service", "checkout-secret").found[0].says == "is new"


def test_incidents_by_number_and_title(incident: Incident, responder: User, outsider: User) -> None:
    pool = make_incident(responder, title="The pool of checkout is empty")
    hidden = make_incident(outsider, title="The pool of payroll is empty", is_private=True)
    assert values(incident, responder, "link", "empty POOL") == [f"{pool.label} "]
    assert values(incident, responder, "link", f"inc-{pool.number}")[0] == f"{pool.label} "
    assert values(incident, responder, "link", str(hidden.number)) == []
    assert f"{incident.label} " not in values(incident, responder, "link")
    assert values(incident, responder, "link", "99999999999") == []


def test_a_number_finds_those_that_begin_with_it(incident: Incident, responder: User) -> None:
    made = [make_incident(responder) for _ in range(6)]
    for one, number in zip([incident, *reversed(made)], (900, 3000, 312, 40, 39, 30, 3), strict=True):
        Incident.objects.filter(pk=one.pk).update(number=number)
    assert values(incident, responder, "link", "3") == ["INC-3 ", "INC-30 ", "INC-39 ", "INC-312 ", "INC-3000 "]


def test_how_two_incidents_hang_together_need_not_be_said(incident: Incident, responder: User) -> None:
    kinds = offered(incident, responder, "link", "INC-7 ")
    assert (kinds.part, kinds.is_open) == ("", True)
    assert [one.value for one in kinds.found] == ["duplicate", "same cause", "related"]
    typed = offered(incident, responder, "link", "INC-7 sa")
    assert (typed.part, typed.is_open, [one.value for one in typed.found]) == ("sa", False, ["same cause"])


def test_times_a_while_back(incident: Incident, responder: User) -> None:
    found = offered(incident, responder, "at").found
    assert [(one.value, one.says) for one in found[:2]] == [("now", "14:05"), ("5m ago", "14:00")]
    assert values(incident, responder, "at", "7") == ["7m ago", "7h ago", "7d ago"]
    assert values(incident, responder, "at", "90 min") == ["90m ago"]
    assert offered(incident, responder, "at", "2d").found[0].says == "Fri 27 Feb, 14:05"
    assert values(incident, responder, "at", "14:05") == values(incident, responder, "at", "5s") == []


def test_steps_by_their_numbers(incident: Incident, responder: User) -> None:
    first = make_step(incident, responder, "The pool leaks")
    make_step(incident, responder, "One pod leaks", parent=first)
    for command in ("check", "ruled-out", "hypothesis"):
        assert values(incident, responder, command, "#") == ["#1 ", "#1.1 "]
    assert offered(incident, responder, "confirmed", "#1.").found[0].says == "One pod leaks"


def test_everything_that_is_offered_can_be_done(incident: Incident, responder: User) -> None:
    make_incident(responder, services=["payments"])
    make_step(incident, responder, "The pool leaks")
    now = timezone.now()
    for command in COMMANDS:
        typed = "#" if command.offers == "#" else ""
        found = offers(incident=incident, by=responder, now=now, command=command.name, typed=typed).found
        assert bool(found) == bool(command.offers), command.name
        assert len(found) <= SHOWN
        for one in found:
            words = "what was seen" if one.value.endswith(" ") and command.name != "link" else ""
            scene = Scene(incident=incident, by=responder, now=now)
            blocks = read(f"/{command.name} {one.value}{words}").blocks
            assert [act.says for act in foresee(scene, blocks) if act.is_fault] == [], one.value


@pytest.mark.parametrize("command", ["at", "lead", "link", "service", "sev", "status", "check", "fix", "nothing", "İ"])
def test_odd_words_do_no_harm(responder_client: Client, incident: Incident, command: str) -> None:
    plan = reverse("entry_plan", args=[incident.number])
    for typed in ("", "%", "_", "\\", "'", ",", "# ", "İ", "9" * 300, "\x00", "sev", "INC- ", "0"):
        answer = responder_client.post(plan, {"command": command, "typed": typed})
        assert answer.status_code == 200
        assert answer.json()["offers"]["part"] in typed.replace("\x00", "\ufffd")


def test_who_may_only_read_is_offered_nothing(viewer_client: Client, incident: Incident) -> None:
    answer = viewer_client.post(reverse("entry_plan", args=[incident.number]), {"command": "lead", "typed": ""})
    assert answer.status_code == 403


def test_now_is_a_time_behind_its_command_alone() -> None:
    assert (read("/at now\nText").moment, read("now\nText").moment) == ("now", "")


def test_an_offer_costs_few_queries(incident: Incident, responder: User, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]  # a fixture
    for command in COMMANDS:
        with django_assert_max_num_queries(4):
            offered(incident, responder, command.name, "#" if command.offers == "#" else "c")
