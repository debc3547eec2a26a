"""What changed before an incident: reported once, shown where it belongs, judged one at a time, hidden with it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Change, ChangeVerdict, Incident, Service
from incidents.pages.changes import culprits, read_changes
from incidents.services.changes import judge, note_change, report
from tests.incidents.test_concurrency import together
from tests.support.personas import bearer, client_of
from tests.support.records import LATER, NOW, make_incident
from tests.support.web import HTMX

HOUR = timedelta(hours=1)


def reported(by: User, title: str = "checkout 1.4.2", **fields: object) -> Change:
    given = {"title": title, "at": NOW - HOUR, **fields}
    return report(by=by, now=NOW, fields=given)[0]  # type: ignore[arg-type]


def titles(incident: Incident) -> list[str]:
    return [row.change.title for row in read_changes(incident).shown]


def test_the_same_external_id_is_the_same_change(responder: User) -> None:
    first, is_new = report(by=responder, now=NOW, fields={"title": "One", "external_id": "d-1"})
    again, is_new_again = report(by=responder, now=NOW, fields={"title": "Other words", "external_id": "d-1"})
    assert (is_new, is_new_again) == (True, False)
    assert again == first


@pytest.mark.django_db(transaction=True)
def test_one_change_reported_twice_at_once_is_one(responder: User) -> None:
    def send() -> Change:
        return report(by=responder, now=NOW, fields={"title": "One", "external_id": "d-1"})[0]

    one, two = together(send, send)
    assert one == two
    assert Change.objects.count() == 1


def test_shown_are_its_services_and_those_of_none_in_the_day_before(responder: User) -> None:
    incident = make_incident(responder, services=["checkout"])
    reported(responder, "its", service="checkout")
    reported(responder, "of none")
    reported(responder, "other service", service="search")
    reported(responder, "too early", service="checkout", at=NOW - 25 * HOUR)
    reported(responder, "after it", service="checkout", at=NOW + timedelta(minutes=1))
    assert set(titles(incident)) == {"its", "of none"}


def test_without_services_every_change_counts(responder: User) -> None:
    reported(responder, "any", service="search")
    assert titles(make_incident(responder)) == ["any"]


def test_what_was_found_comes_first_and_cleared_last(responder: User) -> None:
    incident = make_incident(responder)
    rows = {word: reported(responder, word) for word in ("cleared", "unknown", "suspect", "culprit")}
    for word in ("cleared", "suspect", "culprit"):
        judge(incident=incident, change=rows[word], verdict=word, by=responder, now=NOW, why="seen")
    assert titles(incident) == ["culprit", "suspect", "unknown", "cleared"]
    assert [row.change.title for row in culprits(incident)] == ["culprit"]


def test_verdicts_of_another_incident_stay_there(responder: User) -> None:
    one, two = make_incident(responder), make_incident(responder)
    change = reported(responder)
    judge(incident=one, change=change, verdict="culprit", by=responder, now=NOW)
    (row,) = read_changes(two).shown
    assert row.verdict == ""


def test_each_verdict_has_its_line(responder: User) -> None:
    incident, change = make_incident(responder), reported(responder)
    judge(incident=incident, change=change, verdict="suspect", by=responder, now=NOW)
    judge(incident=incident, change=change, verdict="suspect", by=responder, now=NOW)
    judge(incident=incident, change=change, verdict="cleared", why="It was off.", by=responder, now=LATER)
    judge(incident=incident, change=change, verdict="", by=responder, now=LATER)
    lines = incident.entries.filter(kind="verdict").order_by("pk")
    assert [line.body.split(":")[0] for line in lines] == ["Suspect", "Cleared", "No verdict any more"]
    assert lines[1].body.endswith("It was off.")
    assert not ChangeVerdict.objects.exists()


def test_clearing_needs_a_reason(responder: User) -> None:
    with pytest.raises(InvalidError, match="why it is cleared"):
        judge(incident=make_incident(responder), change=reported(responder), verdict="cleared", by=responder, now=NOW)


def test_a_verdict_over_another_is_refused(responder: User) -> None:
    incident, change = make_incident(responder), reported(responder)
    judge(incident=incident, change=change, verdict="suspect", by=responder, now=NOW, seen="")
    with pytest.raises(StaleError):
        judge(incident=incident, change=change, verdict="culprit", by=responder, now=NOW, seen="")


@pytest.mark.django_db(transaction=True)
def test_of_two_verdicts_at_once_one_is_told(responder: User) -> None:
    incident, change = make_incident(responder), reported(responder)

    def say(verdict: str) -> object:
        return judge(incident=incident, change=change, verdict=verdict, by=responder, now=NOW, seen="")

    results = together(lambda: say("suspect"), lambda: say("culprit"))
    assert sorted(type(result).__name__ for result in results) == ["ChangeVerdict", "StaleError"]
    assert incident.entries.filter(kind="verdict").count() == 1


def test_noting_by_hand_writes_a_line_at_its_time(responder: User, responder_client: Client) -> None:
    incident = make_incident(responder, services=["checkout"])
    page = {"title": "Flag on", "kind": "flag", "service": "checkout", "at": "2026-03-01T13:00Z", "once": "1" * 36}
    answer = responder_client.post(reverse("change_new", args=[incident.number]), page)
    assert answer.status_code == 303
    line = incident.entries.get(kind="change")
    assert line.body == "Flag: Flag on (checkout)"
    assert line.at == Change.objects.get().at
    assert titles(incident) == ["Flag on"]


def test_one_click_judges_and_draws_list_and_glance_again(responder: User, responder_client: Client) -> None:
    incident, change = make_incident(responder), reported(responder)
    address = reverse("change_verdict", args=[incident.number, change.pk])
    answer = responder_client.post(address, {"verdict": "culprit", "seen": ""}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="glance"' in page
    assert "hx-swap-oob" in page
    on_its_page = {
        **HTMX,
        "HX-Current-URL": f"http://testserver{reverse('incident_changes', args=[incident.number])}#x",
    }
    again = responder_client.post(address, {"verdict": "culprit", "seen": "culprit"}, headers=on_its_page)
    assert 'id="glance"' not in again.content.decode()
    assert "Culprit" in responder_client.get(incident.get_absolute_url()).content.decode()


def test_a_bad_verdict_keeps_what_was_typed(responder: User, responder_client: Client) -> None:
    incident, change = make_incident(responder), reported(responder)
    address = reverse("change_verdict", args=[incident.number, change.pk])
    assert responder_client.post(address, {"verdict": "cleared", "seen": ""}).status_code == 422
    judge(incident=incident, change=change, verdict="suspect", by=responder, now=NOW)
    answer = responder_client.post(address, {"verdict": "cleared", "why": "Rolled back", "seen": ""})
    assert answer.status_code == 409
    assert "Rolled back" in answer.content.decode()


def test_exports_tell_of_judged_changes(responder: User, responder_client: Client) -> None:
    incident, change = make_incident(responder), reported(responder)
    reported(responder, "never judged")
    judge(incident=incident, change=change, verdict="culprit", why="Rolled back", by=responder, now=NOW)
    record = responder_client.get(f"/incidents/{incident.label}.json").json()
    assert [(row["title"], row["verdict"]) for row in record["changes"]] == [("checkout 1.4.2", "culprit")]
    text = responder_client.get(f"/incidents/{incident.label}.md").content.decode()
    assert "checkout 1.4.2, **culprit**: Rolled back" in text


class TestPrivate:
    """A change noted on a private incident has its rights."""

    @pytest.fixture
    def noted(self, responder: User, team: Team) -> Change:
        private = make_incident(responder, title="Payroll leak", is_private=True, teams=[team], services=["payroll"])
        fields = {"title": "Payroll export on", "service": "payroll", "at": NOW - HOUR}
        return note_change(incident=private, by=responder, now=NOW, fields=fields)  # type: ignore[arg-type]

    def test_nobody_else_sees_it(self, noted: Change, outsider: User, teammate: User) -> None:
        own = make_incident(outsider)
        page = client_of(outsider).get(reverse("incident_changes", args=[own.number])).content.decode()
        assert "Payroll" not in page
        listed = Client().get("/api/v1/changes/", headers=bearer(outsider)).json()
        assert (listed["count"], listed["results"]) == (0, [])
        assert Client().get("/api/v1/changes/", headers=bearer(teammate)).json()["count"] == 1

    def test_another_incident_can_not_judge_it(self, noted: Change, responder: User) -> None:
        public = make_incident(responder)
        address = reverse("change_verdict", args=[public.number, noted.pk])
        assert client_of(responder).post(address, {"verdict": "culprit"}).status_code == 404

    def test_a_new_service_is_not_made_known_by_it(self, noted: Change, responder: User) -> None:
        assert noted.incident is not None
        with pytest.raises(InvalidError, match="no service yet"):
            note_change(
                incident=noted.incident, by=responder, now=NOW, fields={"title": "x", "service": "secret-service"}
            )
        assert not Service.objects.filter(name="secret-service").exists()


class TestApi:
    """POST and GET changes/, and verdicts."""

    def test_report_and_repeat(self, responder: User) -> None:
        body = {"title": "checkout 1.4.2", "kind": "deploy", "service": "checkout", "external_id": "d-1"}
        first, again = (
            Client().post("/api/v1/changes/", body, "application/json", headers=bearer(responder)) for _ in range(2)
        )
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert first.json()["service"] == "checkout"

    def test_scopes_and_roles(self, responder: User, viewer: User) -> None:
        for headers in (bearer(responder, "read"), bearer(responder, "hook"), bearer(viewer, "read")):
            answer = Client().post("/api/v1/changes/", {"title": "x"}, "application/json", headers=headers)
            assert answer.status_code == 403
        assert Client().get("/api/v1/changes/", headers=bearer(responder, "read")).status_code == 200

    def test_faults_are_named(self, responder: User) -> None:
        send = Client().post
        headers = bearer(responder)
        unknown = send("/api/v1/changes/", {"title": "x", "colour": 1}, "application/json", headers=headers)
        wrong = send("/api/v1/changes/", {"title": "x", "kind": "magic"}, "application/json", headers=headers)
        assert (unknown.status_code, wrong.status_code) == (422, 422)
        assert "colour" in unknown.json()["error"]["message"]
        assert "kind" in wrong.json()["error"]["fields"]

    def test_verdict_and_conflict(self, responder: User) -> None:
        incident, change = make_incident(responder), reported(responder)
        address, headers = f"/api/v1/incidents/{incident.label}/changes/{change.pk}/verdict/", bearer(responder)
        send = Client().post
        first = send(address, {"verdict": "suspect", "seen": ""}, "application/json", headers=headers)
        stale = send(address, {"verdict": "culprit", "seen": ""}, "application/json", headers=headers)
        assert (first.status_code, stale.status_code) == (200, 409)
        shown = Client().get(f"/api/v1/incidents/{incident.label}/changes/", headers=headers).json()
        assert [row["verdict"] for row in shown["results"]] == ["suspect"]
