"""Roles, acknowledging, links, hand-over and bulk edits: what they do, who may, and what nobody else learns."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Team, User
from hindsight.lib.problems import InvalidError, StaleError
from incidents.models import Incident, IncidentLink, RoleHolding, Tag, originals
from incidents.pages.links import read_links
from incidents.services.bulk import BulkChange, RowsChangedError, change_many
from incidents.services.changes import judge, report
from incidents.services.handover import save_note
from incidents.services.links import link
from incidents.services.roles import acknowledge, assign_role, take_lead
from incidents.services.update import change_status, update
from tests.incidents.test_concurrency import together
from tests.support.personas import bearer, client_of
from tests.support.postmortems import make_published
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step
from tests.support.web import queries_of

READ = ["incident_changes", "incident_links", "incident_roles", "incident_handover", "handover_markdown"]
WRITE = ["change_new", "incident_merge"]
POST = ["incident_acknowledge", "incident_roles", "incident_links", "handover_note", "change_new", "incident_merge"]


@pytest.fixture
def public(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def private(responder: User, team: Team) -> Incident:
    return make_incident(responder, title="Payroll leak", is_private=True, teams=[team])


def linked(source: Incident, target: Incident, kind: str, by: User) -> IncidentLink:
    return link(source=source, target=target, kind=kind, by=by, now=NOW)


@pytest.mark.parametrize("name", READ + WRITE)
class TestWhoOpens:
    """Each page answers the same access questions."""

    def test_anonymous_signs_in(self, name: str, public: Incident) -> None:
        assert Client().get(reverse(name, args=[public.number])).status_code == 302

    def test_hidden_is_unknown(self, name: str, private: Incident, outsider_client: Client) -> None:
        answer = outsider_client.get(reverse(name, args=[private.number]))
        assert answer.status_code == 404
        assert "Payroll" not in answer.content.decode()

    def test_teammate_and_viewer(self, name: str, private: Incident, teammate: User, viewer_client: Client) -> None:
        public = make_incident(teammate)
        assert client_of(teammate).get(reverse(name, args=[private.number])).status_code == 200
        expected = 403 if name in WRITE else 200
        assert viewer_client.get(reverse(name, args=[public.number])).status_code == expected


@pytest.mark.parametrize("name", POST)
def test_who_may_not_write(name: str, public: Incident, private: Incident, viewer: User, outsider: User) -> None:
    assert client_of(viewer).post(reverse(name, args=[public.number]), {}).status_code == 403
    assert client_of(outsider).post(reverse(name, args=[private.number]), {}).status_code == 404


class TestRoles:
    """Who does what, since when; in the timeline."""

    def test_a_role_passes_on(self, public: Incident, responder: User, outsider: User) -> None:
        assign_role(incident=public, role="Scribe", person=responder, by=responder, now=NOW)
        assign_role(incident=public, role="scribe", person=outsider, by=responder, now=LATER)
        rows = RoleHolding.objects.filter(role="scribe").order_by("since")
        assert [(row.person, row.until) for row in rows] == [(responder, LATER), (outsider, None)]
        line = public.entries.filter(kind="role").latest("pk")
        assert line.data == {"role": "scribe", "from": "responder", "to": "outsider"}

    def test_the_lead_is_a_role_too(self, public: Incident, responder: User, outsider: User) -> None:
        take_lead(incident=public, by=responder, now=NOW)
        update(incident=public, by=responder, now=LATER, version=None, fields={"lead": outsider})
        rows = public.roles.filter(role="lead").order_by("since")
        assert [(row.person, row.until) for row in rows] == [(responder, LATER), (outsider, None)]

    def test_a_role_opens_no_private_incident(self, private: Incident, responder: User, outsider: User) -> None:
        with pytest.raises(InvalidError, match="can't see"):
            assign_role(incident=private, role="scribe", person=outsider, by=responder, now=NOW)

    def test_acknowledged_once(self, public: Incident, responder: User, outsider: User) -> None:
        _, is_new = acknowledge(incident=public, by=responder, now=LATER)
        row, is_new_again = acknowledge(incident=public, by=outsider, now=LATER)
        assert (is_new, is_new_again) == (True, False)
        assert (row.acknowledged_by, row.acknowledged_at) == (responder, LATER)
        assert public.entries.filter(data__role="acknowledged").count() == 1

    def test_over_the_api(self, public: Incident, responder: User) -> None:
        headers = bearer(responder)
        answer = Client().post(f"/api/v1/incidents/{public.label}/acknowledge/", headers=headers)
        assert answer.json()["acknowledged_by"] == "responder"
        body = {"role": "scribe", "person": "responder"}
        roles = Client().post(f"/api/v1/incidents/{public.label}/roles/", body, "application/json", headers=headers)
        assert [row["role"] for row in roles.json()] == ["scribe"]


@pytest.mark.parametrize(
    ("start", "end", "needs"),
    [("resolved", "investigating", True), ("investigating", "closed", True), ("mitigated", "resolved", False)],
)
def test_reasons_are_asked_on_every_way(start: str, end: str, needs: bool, responder: User) -> None:
    incident = make_incident(responder, status=start)
    address, headers = f"/api/v1/incidents/{incident.label}/", bearer(responder)
    version = Incident.objects.get(pk=incident.pk).version
    sent = Client().patch(address, {"version": version, "status": end}, "application/json", headers=headers)
    assert sent.status_code == (422 if needs else 200)
    page = client_of(responder).post(reverse("incident_status", args=[incident.number]), {"status": end})
    assert page.status_code == (422 if needs else 303)
    assert (Incident.objects.get(pk=incident.pk).status == end) is not needs


class TestLinks:
    """Both ways, no circle, and nothing for those who may see one end only."""

    def test_shown_both_ways(self, responder: User) -> None:
        one, two = make_incident(responder), make_incident(responder)
        linked(two, one, "duplicate", responder)
        assert [row.words for row in read_links(two, responder)] == ["Duplicate of"]
        assert [row.words for row in read_links(one, responder)] == ["Has the duplicate"]

    def test_a_duplicate_leaves_lists_and_keeps_its_page(self, responder: User, responder_client: Client) -> None:
        one, two = make_incident(responder, title="Original"), make_incident(responder, title="Repeated")
        linked(two, one, "duplicate", responder)
        for name in ("incident_list", "board"):
            assert "Repeated" not in responder_client.get(reverse(name)).content.decode()
        assert "Repeated" in responder_client.get(f"{reverse('incident_list')}?duplicates=with").content.decode()
        assert "Duplicate of" in responder_client.get(two.get_absolute_url()).content.decode()
        listed = Client().get("/api/v1/incidents/", headers=bearer(responder)).json()
        assert [row["number"] for row in listed["results"]] == [one.label]

    def test_no_link_to_itself_no_circle_one_original(self, responder: User) -> None:
        one, two, three = (make_incident(responder) for _ in range(3))
        with pytest.raises(InvalidError, match="itself"):
            linked(one, one, "related", responder)
        linked(one, two, "duplicate", responder)
        linked(two, three, "duplicate", responder)
        with pytest.raises(InvalidError, match="circle"):
            linked(three, one, "duplicate", responder)
        with pytest.raises(InvalidError, match="already"):
            linked(one, three, "duplicate", responder)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_close_no_circle(self, responder: User) -> None:
        one, two = make_incident(responder), make_incident(responder)
        results = together(
            lambda: linked(one, two, "duplicate", responder), lambda: linked(two, one, "duplicate", responder)
        )
        assert sorted(type(result).__name__ for result in results) == ["IncidentLink", "InvalidError"]

    def test_the_same_link_from_either_side_is_one(self, responder: User) -> None:
        one, two = make_incident(responder), make_incident(responder)
        assert linked(one, two, "related", responder) == linked(two, one, "related", responder)

    def test_same_cause_shows_the_earlier_fix_and_its_proof(self, responder: User, responder_client: Client) -> None:
        old, new = make_incident(responder), make_incident(responder)
        make_published(responder, old)
        linked(new, old, "same_cause", responder)
        page = responder_client.get(new.get_absolute_url()).content.decode()
        assert f"Same cause as {old.label}" in page
        assert "A limit of 20." in page
        assert "proof-verified" in page

    def test_outsiders_learn_nothing(self, private: Incident, responder: User, outsider: User) -> None:
        public = make_incident(responder, title="Open to all")
        linked(public, private, "duplicate", responder)
        other = make_incident(outsider)
        reader = client_of(outsider)
        for address in (public.get_absolute_url(), reverse("incident_links", args=[public.number])):
            page = reader.get(address).content.decode()
            assert "Payroll" not in page
            assert private.label not in page
            assert "Duplicate of INC" not in page
        assert Client().get(f"/api/v1/incidents/{public.label}/links/", headers=bearer(outsider)).json() == []
        assert public in originals(Incident.objects.visible_to(outsider), outsider)
        assert public not in originals(Incident.objects.visible_to(responder), responder)
        hidden = reader.post(
            reverse("incident_links", args=[other.number]), {"kind": "related", "target": private.label}
        )
        unknown = reader.post(reverse("incident_links", args=[other.number]), {"kind": "related", "target": "INC-999"})
        assert hidden.status_code == unknown.status_code == 422
        assert "No such incident" in hidden.content.decode()
        row = IncidentLink.objects.get()
        assert reader.post(reverse("link_remove", args=[public.number, row.pk])).status_code == 404

    def test_made_and_taken_away_by_form_and_api(self, responder: User, responder_client: Client) -> None:
        one, two = make_incident(responder), make_incident(responder)
        address = reverse("incident_links", args=[two.number])
        assert (
            responder_client.post(address, {"kind": "related", "target": f"/incidents/{one.label}/"}).status_code == 303
        )
        (row,) = Client().get(f"/api/v1/incidents/{two.label}/links/", headers=bearer(responder)).json()
        gone = Client().delete(f"/api/v1/incidents/{two.label}/links/{row['id']}/", headers=bearer(responder))
        assert gone.status_code == 204
        assert list(
            AuditEntry.objects.filter(action__startswith="incident.").order_by("pk").values_list("action", flat=True)
        ) == [
            "incident.link",
            "incident.unlink",
        ]


class TestHandover:
    """Everything the next person asks, and a note that two people may write."""

    def test_a_closed_incident_asks_for_nothing(
        self, public: Incident, responder: User, responder_client: Client
    ) -> None:
        make_step(public, responder, "Never tested")
        change_status(incident=public, by=responder, now=NOW, status="closed", reason="Gone by itself")
        text = responder_client.get(reverse("handover_markdown", args=[public.number])).content.decode()
        assert "Nothing is left to do." in text
        assert "Test: Never tested" not in text

    def test_it_answers_the_questions(self, public: Incident, responder: User, responder_client: Client) -> None:
        make_step(public, responder, "The pool is empty", outcome="confirmed", finding="50 of 50 in use")
        make_step(public, responder, "The network", outcome="ruled_out")
        make_step(public, responder, "A leak after time-outs")
        assign_role(incident=public, role="scribe", person=responder, by=responder, now=NOW)
        change, _ = report(by=responder, now=NOW, fields={"title": "checkout 1.4.2", "at": NOW})
        judge(incident=public, change=change, verdict="suspect", by=responder, now=NOW)
        save_note(incident=public, by=responder, now=NOW, body="Call **the bank** at nine.", version=0)
        text = responder_client.get(reverse("handover_markdown", args=[public.number])).content.decode()
        for words in ("The pool is empty: 50 of 50", "- The network", "Test: A leak", "Scribe: responder", "Suspect"):
            assert words in text
        assert text.index("Call **the bank**") < text.index("## Known")
        page = responder_client.get(reverse("incident_handover", args=[public.number])).content.decode()
        assert "<strong>the bank</strong>" in page

    def test_two_who_write_the_note(self, public: Incident, responder: User, responder_client: Client) -> None:
        save_note(incident=public, by=responder, now=NOW, body="Theirs", version=0)
        with pytest.raises(StaleError):
            save_note(incident=public, by=responder, now=NOW, body="Mine", version=0)
        answer = responder_client.post(reverse("handover_note", args=[public.number]), {"body": "Mine", "version": "0"})
        assert answer.status_code == 409
        assert "Theirs" in answer.content.decode()
        assert "Mine" in answer.content.decode()


class TestBulk:
    """All of them or none."""

    def test_adds_and_takes_away(self, responder: User, responder_client: Client) -> None:
        rows = [make_incident(responder, tags=["old"]) for _ in range(3)]
        page = {
            "row": [f"{row.number}:1" for row in rows],
            "add_tags": "new",
            "remove_tags": "old",
            "add_services": "api",
        }
        assert responder_client.post(reverse("incident_bulk"), page).status_code == 303
        for row in rows:
            assert [tag.name for tag in row.tags.all()] == ["new"]
            assert [service.name for service in row.services.all()] == ["api"]

    def test_one_changed_meanwhile_saves_nothing(self, responder: User, responder_client: Client) -> None:
        one, two = make_incident(responder), make_incident(responder)
        update(incident=two, by=responder, now=NOW, version=None, fields={"title": "Changed"})
        page = {"row": [f"{one.number}:1", f"{two.number}:1"], "add_tags": "new"}
        answer = responder_client.post(reverse("incident_bulk"), page)
        assert answer.status_code == 409
        assert f"{two.label}" in answer.content.decode()
        assert not Tag.objects.filter(name="new", incidents__isnull=False).exists()
        assert f'value="{two.number}:2"' in answer.content.decode()

    def test_hidden_rows_count_as_changed(self, private: Incident, outsider: User) -> None:
        own = make_incident(outsider)
        with pytest.raises(RowsChangedError):
            change_many(
                rows={own.number: 1, private.number: 1}, change=BulkChange(add_tags=["x"]), by=outsider, now=NOW
            )
        assert not own.tags.exists()
        page = client_of(outsider).get(f"{reverse('incident_bulk')}?row={private.number}:1").content.decode()
        assert "Payroll" not in page

    def test_who_may(self, public: Incident, viewer_client: Client, responder_client: Client) -> None:
        assert viewer_client.get(reverse("incident_bulk")).status_code == 403
        assert viewer_client.post(reverse("incident_bulk"), {}).status_code == 403
        assert "row-pick" not in viewer_client.get(reverse("incident_list")).content.decode()
        assert "row-pick" in responder_client.get(reverse("incident_list")).content.decode()

    @pytest.mark.parametrize(
        "page", [{}, {"row": "1:1"}, {"row": "x"}, {"row": "1:1", "add_tags": "a", "remove_tags": "A"}]
    )
    def test_faults_come_back(self, page: dict[str, str], public: Incident, responder_client: Client) -> None:
        assert responder_client.post(reverse("incident_bulk"), page).status_code == 422


def test_who_may_see_it_changes_at_once(private: Incident, responder: User, outsider: User, teammate: User) -> None:
    address = private.get_absolute_url()
    assert client_of(teammate).get(address).status_code == 200
    update(incident=private, by=responder, now=NOW, version=None, fields={"teams": [], "people": [outsider]})
    assert client_of(teammate).get(address).status_code == 404
    assert client_of(outsider).get(address).status_code == 200


def test_the_page_costs_the_same_with_much_to_show(responder: User, responder_client: Client) -> None:
    def filled(count: int) -> Incident:
        incident = make_incident(responder, services=["api"])
        for n in range(count):
            change, _ = report(by=responder, now=NOW, fields={"title": f"c{n}", "at": NOW, "service": "api"})
            judge(incident=incident, change=change, verdict="suspect", by=responder, now=NOW)
            assign_role(incident=incident, role=f"role {n}", person=responder, by=responder, now=NOW)
            linked(incident, make_incident(responder), "related", responder)
            make_step(incident, responder, f"Step {n}")
            make_entry(incident, responder)
        return incident

    few, many = filled(1), filled(8)
    for name in ("incident_detail", "incident_changes", "incident_links", "incident_handover"):
        addresses = [reverse(name, args=[row.number]) for row in (few, many)]
        queries_of(responder_client, addresses[0])
        assert queries_of(responder_client, addresses[0]) == queries_of(responder_client, addresses[1])
