"""The lists, the files to take away, and what other pages show of postmortems."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from incidents.models import Incident
from postmortems.models import ActionItem, ActionState, Postmortem
from postmortems.pages import library
from postmortems.services.begin import record
from postmortems.services.proof import waive
from tests.support.postmortems import make_action, make_postmortem, make_published
from tests.support.records import NOW, make_incident, make_step
from tests.support.web import form_values

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
READ = ("postmortem", "postmortem_markdown", "postmortem_json")
WRITE = (
    "postmortem_begin",
    "postmortem_edit",
    "postmortem_publish",
    "postmortem_withdraw",
    "postmortem_factors",
    "evidence_add",
    "postmortem_waive",
    "postmortem_unwaive",
    "action_add",
)


def at(name: str, row: Postmortem, *args: object) -> str:
    return reverse(name, args=[row.incident.number, *args])


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, summary="It was down.")


class TestActions:
    def test_are_added_in_the_editor(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        sent = {"action-title": "Watch it", "action-kind": "detect", "action-owner": responder.pk}
        responder_client.post(at("action_add", draft), {**sent, "action-due_on": "2199-04-01"})
        action = ActionItem.objects.get()
        assert (action.title, action.kind, action.owner, str(action.due_on)) == (
            "Watch it",
            "detect",
            responder,
            "2199-04-01",
        )
        assert responder_client.post(at("action_add", draft), {"action-title": ""}).status_code == 422

    def test_a_form_that_arrives_twice_acts_once(self, draft: Postmortem, responder_client: Client) -> None:
        nonce = "0123456789abcdef0123"
        action = {"action-title": "Watch it", "action-kind": "detect", "action-once": nonce}
        proof = {
            "proof-method": "test",
            "proof-result": "passed",
            "proof-claim": "x",
            "proof-url": "https://ci.example.org",
            "proof-once": nonce + "1",
        }
        for _ in range(3):
            assert responder_client.post(at("action_add", draft), action).status_code == 303
            assert responder_client.post(at("evidence_add", draft), proof).status_code == 303
        assert (ActionItem.objects.count(), draft.evidence.count()) == (1, 1)
        # The same nonce for something else is refused, with the form.
        assert responder_client.post(at("evidence_add", draft), {**proof, "proof-once": nonce}).status_code == 422
        assert responder_client.post(at("action_add", draft), {**action, "action-once": nonce + "1"}).status_code == 422

    def test_may_be_there_before_the_postmortem(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        sent = {"action-title": "Watch it", "action-kind": "detect"}
        responder_client.post(reverse("action_add", args=[incident.number]), sent)
        assert "Watch it" in responder_client.get(reverse("postmortem", args=[incident.number])).content.decode()

    def test_the_list_narrows(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder)
        make_action(incident, responder, title="Mine thing", owner=responder, due_on=NOW.date())
        make_action(incident, responder, title="Done thing", state="done")
        make_action(incident, responder, title="Doc thing", kind="document")

        def titles(query: str) -> set[str]:
            page = responder_client.get(reverse("action_list") + query).content.decode()
            return {name for name in ("Mine thing", "Done thing", "Doc thing") if name in page}

        assert titles("") == {"Mine thing", "Doc thing"}
        assert titles("?state=done") == {"Done thing"}
        assert titles("?owner=me") == {"Mine thing"}
        assert titles("?owner=nobody&kind=document") == {"Doc thing"}
        assert titles("?overdue=on") == {"Mine thing"}
        assert titles("?state=nonsense&cursor=nonsense") == {"Mine thing", "Doc thing"}

    def test_a_click_changes_the_state(self, responder: User, responder_client: Client) -> None:
        action = make_action(make_incident(responder), responder)
        url = reverse("action_state", args=[action.pk])
        response = responder_client.post(url, {"state": "doing", "version": "1"}, headers=HTMX)
        assert "pm-state-doing" in response.content.decode()
        stale = responder_client.post(url, {"state": "done", "version": "1", "next": "/actions/"})
        assert stale["Location"] == "/actions/"
        action.refresh_from_db()
        assert action.state == ActionState.DOING

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil"])
    def test_never_sends_people_elsewhere(self, responder: User, responder_client: Client, target: str) -> None:
        action = make_action(make_incident(responder), responder)
        sent = {"state": "done", "version": "1", "next": target, "proof": "Alert fired"}
        response = responder_client.post(reverse("action_state", args=[action.pk]), sent)
        assert response["Location"].startswith("/incidents/")

    def test_not_doing_it_asks_for_the_reason(self, responder: User, responder_client: Client) -> None:
        action = make_action(make_incident(responder), responder)
        url = reverse("action_edit", args=[action.pk])
        sent = {"title": "Watch the pool", "kind": "prevent", "state": "wont_do", "version": "1"}
        response = responder_client.post(url, sent)
        assert response.status_code == 422
        assert "Say why" in response.content.decode()
        assert responder_client.post(url, {**sent, "reason": "Too dear"}).status_code == 303
        stale = responder_client.post(url, {**sent, "state": "done", "title": "My title"})
        assert stale.status_code == 409
        assert "My title" in stale.content.decode()


class TestLibrary:
    def test_narrows(self, responder: User, responder_client: Client) -> None:
        make_published(responder, make_incident(responder, title="Pool thing", services=["checkout"]))
        waived = make_postmortem(responder, make_incident(responder, title="Waived thing"), impact="Zebras")
        waive(postmortem=waived, by=responder, now=NOW, reason="None")

        def titles(query: str) -> set[str]:
            page = responder_client.get(reverse("postmortem_list") + query).content.decode()
            return {name for name in ("Pool thing", "Waived thing") if name in page}

        assert titles("") == {"Pool thing", "Waived thing"}
        assert titles("?status=published") == {"Pool thing"}
        assert titles("?proof=waived") == {"Waived thing"}
        assert titles("?service=Checkout") == {"Pool thing"}
        assert titles("?q=zebras") == {"Waived thing"}
        assert titles("?q=pool+thing&cause=test") == set()

    def test_shows_cause_and_fix(self, responder: User, responder_client: Client) -> None:
        make_published(responder)
        page = responder_client.get(reverse("postmortem_list")).content.decode()
        assert "The pool had no limit." in page
        assert "A limit of 20." in page

    def test_pages_follow_without_gaps_newest_incident_first(
        self, responder: User, responder_client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(library, "ROWS", 2)
        for number in (1, 3, 2, 5, 4):
            day = NOW - timedelta(days=number)
            make_postmortem(responder, make_incident(responder, title=f"Thing {number}", started_at=day))
        url, seen = reverse("postmortem_list"), []
        while url:
            page = responder_client.get(url).content.decode()
            seen += re.findall(r"Thing \d", page)
            following = re.search(r'href="([^"]*)" rel="next"', page)
            url = reverse("postmortem_list") + unescape(following[1]) if following else ""
        assert seen == [f"Thing {number}" for number in (1, 2, 3, 4, 5)]


class TestOwnerSwitchedOff:
    """Their account can't be chosen any more; that is no reason to leave the item to nobody."""

    def test_stays_when_something_else_is_changed(
        self, responder: User, teammate: User, responder_client: Client
    ) -> None:
        item = make_action(make_incident(responder), responder, owner=teammate)
        User.objects.filter(pk=teammate.pk).update(is_active=False)
        place = reverse("action_edit", args=[item.pk])
        values = form_values(responder_client.get(place).content.decode())
        assert responder_client.post(place, {**values, "title": "Another title"}).status_code == 303
        item.refresh_from_db()
        assert (item.title, item.owner) == ("Another title", teammate)

    def test_is_no_choice_for_another_item(self, responder: User, teammate: User, responder_client: Client) -> None:
        item = make_action(make_incident(responder), responder, owner=responder)
        User.objects.filter(pk=teammate.pk).update(is_active=False)
        place = reverse("action_edit", args=[item.pk])
        page = responder_client.get(place).content.decode()
        values = {**form_values(page), "owner": str(teammate.pk)}
        assert responder_client.post(place, values).status_code == 422
        item.refresh_from_db()
        assert item.owner == responder


class TestFormats:
    def test_markdown_and_json_hold_the_whole(self, responder: User, responder_client: Client) -> None:
        incident = make_incident(responder, title="Pool thing")
        make_step(incident, responder, "The pool is empty", outcome="confirmed")
        row = make_published(responder, incident, lessons="We were lucky.")
        make_action(incident, responder, owner=responder)
        response = responder_client.get(at("postmortem_markdown", row))
        text = response.content.decode()
        assert response["Content-Type"].startswith("text/markdown")
        assert text.startswith("# INC-1: Pool thing\n")
        for part in ("We were lucky.", "Confirmed: The pool is empty", "**Passed** (test)", "- [ ] Watch the pool"):
            assert part in text
        data = responder_client.get(at("postmortem_json", row)).json()
        assert (data["number"], data["status"], data["verified"]) == ("INC-1", "published", "verified")
        assert data["sections"]["lessons"] == "We were lucky."
        assert data["evidence"][0]["claim"] == "The test fails without the limit"
        assert data["missing"] == []


class TestPanels:
    def test_the_board_shows_what_waits(self, responder: User, responder_client: Client) -> None:
        make_incident(responder, title="Unwritten thing", resolved_at=NOW)
        make_action(make_incident(responder), responder, title="Own thing", owner=responder)
        brought_in = make_incident(responder, title="Imported thing", resolved_at=NOW)
        record(incident=brought_in, by=None, now=NOW, sections={"account": "All of it"})
        page = responder_client.get(reverse("board")).content.decode()
        waiting = page.split("Postmortems to write")[1].split("</section>")[0]
        assert "Unwritten thing" in waiting
        assert "Imported thing" not in waiting
        assert "Own thing" in page

    def test_an_imported_text_has_no_gaps(self, responder: User, responder_client: Client) -> None:
        row = record(incident=make_incident(responder), by=None, now=NOW, sections={"account": "All of it"})
        page = responder_client.get(at("postmortem", row)).content.decode()
        assert "All of it" in page
        assert "Nothing written yet" not in page

    def test_a_fix_without_proof_says_so(self, responder: User, responder_client: Client) -> None:
        told = "Nothing on record shows that this fix works."
        row = record(incident=make_incident(responder), by=None, now=NOW, sections={"fix": "Rolled back"})
        assert told in responder_client.get(at("postmortem", row)).content.decode()
        proven = make_published(responder)
        assert told not in responder_client.get(at("postmortem", proven)).content.decode()

    def test_the_tag_tells_where_it_stands(self, responder: User, rf: RequestFactory) -> None:
        request = rf.get("/")
        request.user = responder
        rows = [make_published(responder).incident, make_incident(responder, resolved_at=NOW), make_incident(responder)]
        loop = "{% for row in rows %}[{% postmortem_state row %}]{% endfor %}"
        source = "{% load postmortems_tags %}{% load_postmortem_states rows %}" + loop
        with CaptureQueriesContext(connection) as queries:
            shown = Template(source).render(Context({"rows": rows, "request": request}))
        assert len(queries) == 1
        parts = shown.split("][")
        assert "proof-verified" in parts[0]
        assert "Write the postmortem" in parts[1]
        assert "href" not in parts[2]

    def test_an_incident_offers_to_begin_and_then_answers(self, responder: User, responder_client: Client) -> None:
        incident: Incident = make_incident(responder, resolved_at=NOW)
        page = responder_client.get(incident.get_absolute_url()).content.decode()
        assert reverse("postmortem_begin", args=[incident.number]) in page
        make_published(responder, incident)
        page = responder_client.get(incident.get_absolute_url()).content.decode()
        assert "The pool had no limit." in page
        assert "proof-verified" in page
