"""Every page of the record answers the same questions: who is signed in, who may see it, who may change it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from incidents.models import Incident
from incidents.services.diagnosis import add_log_note
from incidents.services.snippets import add_snippet
from tests.support.personas import client_of
from tests.support.records import NOW, make_entry, make_incident, make_step

READ = ["incident_detail", "incident_markdown", "incident_json", "snippet_detail", "snippet_raw"]
WRITE = [
    "incident_edit",
    "incident_status",
    "incident_severity",
    "lead_take",
    "entry_new",
    "entry_edit",
    "step_new",
    "step_edit",
    "step_outcome",
    "snippet_new",
    "snippet_edit",
    "attachment_new",
    "log_note_new",
    "log_note_remove",
]
POST_ONLY = {"lead_take", "step_outcome", "log_note_remove"}
LISTS = ["board", "incident_list", "service_list"]


def address(name: str, incident: Incident) -> str:
    """The address of a view, with the part of the incident that it needs."""
    parts: dict[str, Any] = {
        "entry_edit": incident.entries,
        "step_edit": incident.steps,
        "step_outcome": incident.steps,
        "snippet_detail": incident.snippets,
        "snippet_edit": incident.snippets,
        "snippet_raw": incident.snippets,
        "log_note_remove": incident.log_notes,
    }
    if name not in parts:
        return reverse(name, args=[incident.number])
    part = parts[name].order_by("-pk").first()
    assert part is not None
    return reverse(name, args=[incident.number, part.pk])


def full_incident(by: User, **fields: Any) -> Incident:
    incident = make_incident(by, **fields)
    make_entry(incident, by)
    make_step(incident, by)
    add_snippet(incident=incident, by=by, now=NOW, code="x = 1", language="python")
    make_entry(incident, by, "the last line")
    add_log_note(incident=incident, by=by, now=NOW, verdict="noisy", line="GET /healthz 200")
    return incident


@pytest.fixture
def public(responder: User) -> Incident:
    return full_incident(responder)


@pytest.fixture
def private(responder: User, team: Team) -> Incident:
    return full_incident(responder, title="Payroll leak", is_private=True, teams=[team], services=["payroll"])


@pytest.mark.parametrize("name", READ + WRITE)
def test_anonymous_is_asked_to_sign_in(name: str, public: Incident) -> None:
    answer = Client().get(address(name, public))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", LISTS)
def test_lists_ask_anonymous_to_sign_in(name: str, db: None) -> None:
    assert Client().get(reverse(name))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", READ + [name for name in WRITE if name not in POST_ONLY])
def test_hidden_answers_as_unknown(name: str, private: Incident, outsider_client: Client) -> None:
    hidden = outsider_client.get(address(name, private))
    unknown = outsider_client.get(reverse("incident_detail", args=[999_999]))
    assert hidden.status_code == unknown.status_code == 404
    assert _body(hidden) == _body(unknown)
    assert "Payroll" not in hidden.content.decode()


@pytest.mark.parametrize("name", WRITE)
def test_hidden_takes_no_post(name: str, private: Incident, outsider_client: Client) -> None:
    assert outsider_client.post(address(name, private), {}).status_code == 404


@pytest.mark.parametrize("name", WRITE)
def test_viewer_may_not_write(name: str, public: Incident, viewer_client: Client) -> None:
    before = (public.entries.count(), Incident.objects.get(pk=public.pk).version)
    assert viewer_client.post(address(name, public), {"status": "resolved", "body": "x"}).status_code == 403
    assert (public.entries.count(), Incident.objects.get(pk=public.pk).version) == before


@pytest.mark.parametrize("name", READ)
def test_viewer_reads(name: str, public: Incident, viewer_client: Client) -> None:
    assert viewer_client.get(address(name, public)).status_code == 200


@pytest.mark.parametrize("name", READ + [name for name in WRITE if name not in POST_ONLY])
def test_responder_opens(name: str, public: Incident, responder_client: Client) -> None:
    assert responder_client.get(address(name, public)).status_code == 200


@pytest.mark.parametrize("name", READ)
def test_teammate_opens_what_is_open_to_the_team(name: str, private: Incident, teammate: User) -> None:
    assert client_of(teammate).get(address(name, private)).status_code == 200


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_get_changes_nothing(name: str, public: Incident, responder_client: Client) -> None:
    assert responder_client.get(address(name, public)).status_code == 405


def test_parts_of_another_incident_are_unknown(public: Incident, responder: User, responder_client: Client) -> None:
    other = make_incident(responder, title="Another")
    step = public.steps.get()
    assert responder_client.get(reverse("step_edit", args=[other.number, step.pk])).status_code == 404


def test_viewer_sees_no_controls(public: Incident, viewer_client: Client) -> None:
    page = viewer_client.get(public.get_absolute_url()).content.decode()
    for control in ("/edit/", "/entries/new/", "/steps/new/", "/outcome/", "/log-notes/new/", "/lead/take/"):
        assert control not in page


def test_lists_hide_private_incidents(private: Incident, outsider_client: Client, admin_client_: Client) -> None:
    for name in LISTS:
        text = outsider_client.get(reverse(name)).content.decode()
        assert "Payroll" not in text
        assert "payroll" not in text
        assert "ayroll" in admin_client_.get(reverse(name)).content.decode()


def test_service_of_hidden_incidents_only_is_unknown(private: Incident, outsider_client: Client) -> None:
    assert outsider_client.get(reverse("service_detail", args=["payroll"])).status_code == 404
    assert outsider_client.get(reverse("service_edit", args=["payroll"])).status_code == 404


def test_viewer_may_not_declare_or_describe_services(public: Incident, responder: User, viewer_client: Client) -> None:
    make_incident(responder, services=["api"])
    assert viewer_client.post(reverse("incident_new"), {"title": "x"}).status_code == 403
    assert viewer_client.post(reverse("service_edit", args=["api"]), {"name": "x"}).status_code == 403


def _body(answer: Any) -> str:
    """The page without what differs in every answer."""
    page: str = answer.content.decode()
    return page.split("<main", 1)[1].split("</main>", 1)[0]
