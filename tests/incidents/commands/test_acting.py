"""What commands do: each alone, several at once, all of them or none."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.models import DiagnosisStep, EntryKind, Incident, IncidentLink, Outcome
from tests.support.personas import make_user
from tests.support.records import make_incident, make_step
from tests.support.web import HTMX

Write = Callable[..., str]


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def write(incident: Incident, responder_client: Client) -> Write:
    def send(text: str, status: int = 200, **fields: str) -> str:
        address = reverse("entry_new", args=[incident.number])
        answer = responder_client.post(address, {"body": text, **fields}, headers=HTMX)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    return send


def test_a_hypothesis_from_suspicion_to_outcome(incident: Incident, write: Write) -> None:
    write("/hypothesis The pool is empty\nGraph shows 20 of 20")
    write("/check Counted the connections\n```sql\nselect 1\n```")
    page = write("/confirmed All 20 are leased")
    step = incident.steps.get()
    assert (step.hypothesis, step.outcome, step.finding) == (
        "The pool is empty",
        Outcome.CONFIRMED,
        "All 20 are leased",
    )
    assert step.action == "Graph shows 20 of 20\n\nCounted the connections"
    assert step.snippets.get().language == "sql"
    assert "outcome-confirmed" in page
    assert "data-changed" in page


@pytest.mark.parametrize(
    ("command", "outcome"),
    [
        ("ruled-out", "ruled_out"),
        ("red-herring", "red_herring"),
        ("inconclusive", "inconclusive"),
        ("confirmed", "confirmed"),
    ],
)
def test_outcomes_go_to_the_newest_open_one(
    incident: Incident, responder: User, write: Write, command: str, outcome: str
) -> None:
    old, new = make_step(incident, responder, "old"), make_step(incident, responder, "new")
    write(f"/{command} because")
    new.refresh_from_db()
    old.refresh_from_db()
    assert (old.outcome, new.outcome, new.finding) == ("open", outcome, "because")


def test_a_step_can_be_named_as_the_board_numbers_it(incident: Incident, responder: User, write: Write) -> None:
    first = make_step(incident, responder, "first")
    child = make_step(incident, responder, "child", parent=first)
    make_step(incident, responder, "last")
    write("/ruled-out #1.1 not here")
    write("/hypothesis #1 another below")
    child.refresh_from_db()
    assert child.outcome == "ruled_out"
    assert incident.steps.get(hypothesis="another below").parent == first
    assert "no step #9" in write("/confirmed #9 x", 422)


def test_decided_at_once_when_nothing_is_open(incident: Incident, write: Write) -> None:
    write("/ruled-out DNS\nresolves everywhere")
    step = incident.steps.get()
    assert (step.hypothesis, step.outcome, step.finding) == ("DNS", "ruled_out", "resolves everywhere")


def test_several_commands_act_in_order(incident: Incident, responder: User, write: Write) -> None:
    write(
        "Users see 502\n/hypothesis A\n/ruled-out no\n/hypothesis B\n/confirmed yes\n"
        "/sev 1\n/lead me\n/status identified"
    )
    assert list(incident.steps.order_by("pk").values_list("hypothesis", "outcome")) == [
        ("A", "ruled_out"),
        ("B", "confirmed"),
    ]
    incident.refresh_from_db()
    assert (incident.severity, incident.status, incident.lead) == ("sev1", "identified", responder)


def test_all_or_nothing_with_the_line_named(incident: Incident, write: Write) -> None:
    before = incident.entries.count()
    text = "Users see 502\n/hypothesis A\n/sev 9"
    page = write(text, 422)
    assert "Line 3, /sev: /sev takes 1, 2, 3 or 4" in page
    assert "Nothing was saved" in page
    assert text in page
    assert (incident.entries.count(), DiagnosisStep.objects.count()) == (before, 0)


def test_a_status_that_goes_back_asks_for_a_reason(incident: Incident, write: Write) -> None:
    write("/status resolved")
    assert "give a reason. Write it behind: /status investigating because" in write("/status investigating", 422)
    write("/status investigating because it is back")
    incident.refresh_from_db()
    assert incident.status == "investigating"
    assert incident.entries.filter(kind=EntryKind.STATUS).latest("pk").data["reason"] == "it is back"


def test_the_time_holds_for_all_that_is_sent(incident: Incident, write: Write) -> None:
    write("2026-03-01 14:20\nUsers are served again\n/status mitigated\n/hypothesis Late")
    incident.refresh_from_db()
    times = {f"{entry.at:%H:%M}" for entry in incident.entries.order_by("-pk")[:3]}
    assert times == {"14:20"}
    assert incident.mitigated_at is not None
    assert f"{incident.mitigated_at:%H:%M}" == "14:20"


@pytest.mark.parametrize(("command", "kind"), [("fix", "fix"), ("verify", "verification"), ("decision", "decision")])
def test_lines_of_a_kind(incident: Incident, write: Write, command: str, kind: str) -> None:
    write(f"/{command} Rolled back 118")
    assert incident.entries.latest("pk").kind == kind
    write(f"/{command}", 422)


def test_a_change_is_one_that_can_be_judged(incident: Incident, write: Write) -> None:
    write("/change Deployed checkout 118\nwith the new pool")
    assert incident.entries.filter(kind="change").count() == 1
    assert incident.entries.filter(body="with the new pool").exists()


def test_services_are_added(incident: Incident, write: Write) -> None:
    write("/service checkout")
    write("/service Payments, checkout")
    assert sorted(service.name for service in incident.services.all()) == ["Payments", "checkout"]


def test_who_leads(incident: Incident, write: Write) -> None:
    anna = make_user("anna.b", display_name="Anna B")
    make_user("anna.c")
    write("/lead @anna.b")
    incident.refresh_from_db()
    assert incident.lead == anna
    assert "anna.b, anna.c" in write("/lead anna", 422)
    assert "Nobody here is called" in write("/lead zoe", 422)
    write("/lead nobody")
    incident.refresh_from_db()
    assert incident.lead is None


def test_links_only_to_what_the_writer_may_see(
    incident: Incident, outsider: User, responder: User, write: Write
) -> None:
    other = make_incident(responder, title="Before")
    hidden = make_incident(outsider, title="Hidden", is_private=True)
    write(f"/link {other.label} same cause")
    assert IncidentLink.objects.get().kind == "same_cause"
    hidden_answer = write(f"/link {hidden.label}", 422)
    unknown_answer = write("/link INC-999", 422)
    assert f"no other incident {hidden.label}, or it is not shared" in hidden_answer
    assert "no other incident INC-999, or it is not shared" in unknown_answer


def test_nothing_but_a_status_can_carry_a_file(incident: Incident, write: Write) -> None:
    write("/status identified", code="x = 1", language="python")
    assert incident.snippets.get().entry is not None


def test_a_command_that_is_almost_one_keeps_the_text(incident: Incident, write: Write) -> None:
    page = write("/hypothsis The pool", 422)
    assert "Did you mean /hypothesis?" in page
    assert "/hypothsis The pool</textarea>" in page


def test_help_saves_nothing(incident: Incident, write: Write) -> None:
    assert "/ruled-out" in write("/help", 422)
