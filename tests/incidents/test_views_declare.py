"""Declaring, and what bad input gets."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from incidents.models import Incident, Severity
from tests.support.records import make_incident

NEW = "/incidents/new/"
ONCE = "11111111-2222-3333-4444-555555555555"


def test_title_alone_is_enough(responder_client: Client) -> None:
    answer = responder_client.post(NEW, {"title": "Checkout is down", "severity": "sev3"})
    incident = Incident.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == reverse("incident_detail", args=[incident.number])
    assert (incident.title, incident.severity, incident.status) == ("Checkout is down", Severity.SEV3, "investigating")
    assert incident.started_at is not None


def test_all_fields_arrive(responder_client: Client, outsider: User, team: Team) -> None:
    responder_client.post(
        NEW,
        {
            "title": "Leak",
            "severity": "sev1",
            "services": "api, Cache ,api",
            "tags": "Deploy",
            "started_at": "10m ago",
            "summary": "Since *noon*",
            "kind": "drill",
            "detected_by": "customer",
            "is_private": "on",
            "people": [outsider.pk],
            "teams": [team.pk],
        },
    )
    incident = Incident.objects.get()
    assert [service.name for service in incident.services.all()] == ["api", "Cache"]
    assert [tag.name for tag in incident.tags.all()] == ["deploy"]
    assert incident.is_private
    assert (incident.kind, incident.detected_by, incident.severity) == ("drill", "customer", "sev1")
    assert list(incident.people.all()) == [outsider]
    assert list(incident.teams.all()) == [team]
    assert incident.started_at is not None
    assert 9 * 60 < (incident.declared_at - incident.started_at).total_seconds() < 11 * 60


def test_sent_twice_declares_once(responder_client: Client) -> None:
    data = {"title": "Down", "severity": "sev2", "once": ONCE}
    first, second = responder_client.post(NEW, data), responder_client.post(NEW, data)
    assert first["Location"] == second["Location"]
    assert Incident.objects.count() == 1


def test_changed_and_sent_again_declares_another(responder_client: Client) -> None:
    for title in ("Down", "Down as well"):
        responder_client.post(NEW, {"title": title, "severity": "sev2", "once": ONCE})
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"title": ""}, "Title is empty."),
        ({"title": "   "}, "Title is empty."),
        ({"title": "x" * 10_000}, "Title has 10,000 characters; the limit is 200."),
        ({"title": "Down", "started_at": "yesterdy"}, "is not a time"),
        ({"title": "Down", "started_at": "2190-01-01 10:00"}, "Started is in the future."),
        ({"title": "Down", "severity": "sev9"}, "sev9"),
        ({"title": "Down", "services": "s" * 200}, "the limit is 120"),
        ({"title": "Down", "people": "999999"}, "999999"),
    ],
)
def test_bad_input_comes_back_with_all_that_was_typed(
    data: dict[str, str], message: str, responder_client: Client
) -> None:
    answer = responder_client.post(NEW, {"severity": "sev2", "summary": "kept words", "tags": "kept-tag", **data})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert "kept words" in page
    assert "kept-tag" in page
    assert data.get("title", "").strip() in page
    assert Incident.objects.count() == 0


def test_nul_is_replaced(responder_client: Client) -> None:
    responder_client.post(NEW, {"title": "Down\x00 again", "severity": "sev2"})
    assert Incident.objects.get().title == "Down\ufffd again"


def test_title_from_the_address_is_filled_in(responder_client: Client) -> None:
    page = responder_client.get(NEW, {"title": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_names_of_hidden_services_are_not_suggested(
    responder: User, outsider_client: Client, responder_client: Client
) -> None:
    make_incident(responder, is_private=True, services=["secret-api"], tags=["secret-tag"])
    assert "secret" not in outsider_client.get(NEW).content.decode()
    assert "secret-api" in responder_client.get(NEW).content.decode()


@pytest.mark.parametrize("field", ["people", "teams"])
@pytest.mark.parametrize("pk", ["9" * 26, "-1", "\x00", "\u0663"])
def test_ids_of_nobody_are_refused(responder_client: Client, field: str, pk: str) -> None:
    answer = responder_client.post("/incidents/new/", {"title": "x", "severity": "sev3", field: [pk]})
    assert answer.status_code == 422
    assert not Incident.objects.exists()
