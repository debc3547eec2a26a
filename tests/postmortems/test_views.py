"""The pages of postmortems: who may open them, what they say, and what bad input gets."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from incidents.models import Attachment, Incident
from incidents.services.snippets import add_snippet
from postmortems.models import SECTION_LIMIT, ActionItem, ActionState, Postmortem
from postmortems.pages import listing
from postmortems.prompts import STANDARD
from postmortems.services.begin import record
from postmortems.services.proof import waive
from postmortems.services.sections import save_sections
from tests.support.postmortems import REQUIRED, make_action, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_entry, make_incident, make_step

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


class TestAccess:
    @pytest.mark.parametrize("name", READ)
    def test_anonymous_people_are_sent_to_the_sign_in(self, draft: Postmortem, client: Client, name: str) -> None:
        response = client.get(at(name, draft))
        assert response.status_code == 302
        assert reverse("account_login") in response["Location"]

    @pytest.mark.parametrize("name", READ)
    def test_everyone_reads_what_is_not_private(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.get(at(name, draft)).status_code == 200

    @pytest.mark.parametrize("name", READ)
    def test_a_private_one_is_as_unknown_as_none(self, responder: User, outsider_client: Client, name: str) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.get(at(name, row)).status_code == 404
        assert outsider_client.get(reverse(name, args=[999_999])).status_code == 404

    @pytest.mark.parametrize("name", WRITE)
    def test_outsiders_write_nothing_of_a_private_one(
        self, responder: User, outsider_client: Client, name: str
    ) -> None:
        row = make_postmortem(responder, make_incident(responder, is_private=True))
        assert outsider_client.post(at(name, row)).status_code == 404

    @pytest.mark.parametrize("name", WRITE)
    def test_viewers_write_nothing(self, draft: Postmortem, viewer_client: Client, name: str) -> None:
        assert viewer_client.post(at(name, draft)).status_code == 403

    def test_viewers_see_no_way_to_write(self, draft: Postmortem, viewer_client: Client) -> None:
        assert viewer_client.get(at("postmortem_edit", draft)).status_code == 403
        assert at("postmortem_edit", draft) not in viewer_client.get(at("postmortem", draft)).content.decode()

    @pytest.mark.parametrize("name", [name for name in WRITE if name != "postmortem_edit"])
    def test_reading_never_changes_anything(self, draft: Postmortem, responder_client: Client, name: str) -> None:
        assert responder_client.get(at(name, draft)).status_code == 405

    def test_a_proof_of_another_postmortem_is_unknown(
        self, draft: Postmortem, responder: User, responder_client: Client
    ) -> None:
        other = make_proof(make_postmortem(responder), responder)
        for name in ("evidence_edit", "evidence_remove"):
            assert responder_client.post(at(name, draft, other.pk)).status_code == 404

    def test_action_items_follow_their_incident(
        self, responder: User, outsider_client: Client, viewer_client: Client
    ) -> None:
        hidden = make_action(make_incident(responder, is_private=True), responder, title="Hidden thing")
        shown = make_action(make_incident(responder), responder)
        assert outsider_client.get(reverse("action_edit", args=[hidden.pk])).status_code == 404
        assert outsider_client.post(reverse("action_state", args=[hidden.pk])).status_code == 404
        assert "Hidden thing" not in outsider_client.get(reverse("action_list")).content.decode()
        assert viewer_client.post(reverse("action_state", args=[shown.pk])).status_code == 403

    def test_the_library_hides_private_ones_and_counts_without_them(
        self, responder: User, outsider_client: Client
    ) -> None:
        make_published(responder, make_incident(responder, title="Secret thing", is_private=True))
        make_published(responder, make_incident(responder, title="Open thing"))
        page = outsider_client.get(reverse("postmortem_list") + "?q=pool").content.decode()
        assert "Open thing" in page
        assert "Secret thing" not in page
        assert "1 postmortems" in page


class TestBegin:
    def test_the_page_offers_it_and_the_editor_holds_what_was_logged(
        self, responder: User, responder_client: Client
    ) -> None:
        incident = make_incident(responder)
        entry = make_entry(incident, responder, "Stopped the job", kind="fix")
        assert (
            "Begin the postmortem" in responder_client.get(f"/incidents/{incident.label}/postmortem/").content.decode()
        )
        response = responder_client.post(reverse("postmortem_begin", args=[incident.number]), follow=True)
        page = response.content.decode()
        assert f"- Stopped the job ([14:05 UTC](#entry-{entry.pk}))" in page
        assert f'id="entry-{entry.pk}"' in page

    def test_before_it_is_begun_there_is_nothing_to_edit(self, responder: User, responder_client: Client) -> None:
        number = make_incident(responder).number
        for name in ("postmortem_edit", "postmortem_publish"):
            assert responder_client.post(reverse(name, args=[number])).status_code == 404
        assert responder_client.get(reverse("postmortem_markdown", args=[number])).status_code == 404


class TestEditor:
    def test_every_section_asks_and_guides(self, draft: Postmortem, responder_client: Client) -> None:
        page = responder_client.get(at("postmortem_edit", draft)).content.decode()
        for prompt in STANDARD.sections:
            assert f'id="section-{prompt.key}"' in page
            assert prompt.question in page.replace("&#x27;", "'")
            assert f'name="body_{prompt.key}"' in page

    def test_saving_returns_to_the_section(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"body_impact": "Many", "base_impact": "0", "at": "section-impact"}
        response = responder_client.post(at("postmortem_edit", draft), sent)
        assert response.status_code == 303
        assert response["Location"] == at("postmortem_edit", draft) + "#section-impact"
        assert draft.sections.get(key="impact").body == "Many"

    def test_htmx_gets_what_changed_and_no_text(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"body_impact": "Many", "base_impact": "0"}
        response = responder_client.post(at("postmortem_edit", draft), sent, headers=HTMX)
        page = response.content.decode()
        assert response.status_code == 200
        assert 'name="base_impact" value="1"' in page
        assert 'id="checklist"' in page
        assert "<textarea" not in page
        assert "HX-Request" in response["Vary"]

    def test_sections_that_were_not_sent_stay(self, draft: Postmortem, responder_client: Client) -> None:
        responder_client.post(at("postmortem_edit", draft), {"body_impact": "Many", "base_impact": "0"})
        assert draft.sections.get(key="summary").body == "It was down."

    def test_a_text_over_the_limit_comes_back(self, draft: Postmortem, responder_client: Client) -> None:
        text = "x" * (SECTION_LIMIT + 1)
        sent = {"body_impact": text, "base_impact": "0", "body_lessons": "Kept", "base_lessons": "0"}
        response = responder_client.post(at("postmortem_edit", draft), sent)
        page = response.content.decode()
        assert response.status_code == 422
        assert "200,001 characters; the limit is 200,000" in page
        assert text in page
        assert "Kept" in page
        assert not draft.sections.filter(key="lessons").exists()

    @pytest.mark.parametrize("base", ["-1", "x", "9" * 30, "1.5"])
    def test_a_broken_version_is_refused(self, draft: Postmortem, responder_client: Client, base: str) -> None:
        sent = {"body_impact": "Many", "base_impact": base}
        assert responder_client.post(at("postmortem_edit", draft), sent).status_code == 422

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_conflict_shows_both_texts_and_keeps_the_rest(
        self, draft: Postmortem, responder_client: Client, outsider: User, headers: dict[str, str]
    ) -> None:
        save_sections(postmortem=draft, by=outsider, now=NOW, sections={"impact": ("Their words", 0)})
        sent = {"body_impact": "My words", "base_impact": "0", "body_lessons": "Also mine", "base_lessons": "0"}
        response = responder_client.post(at("postmortem_edit", draft), sent, headers=headers)
        page = response.content.decode()
        assert response.status_code == 409
        assert "Their words" in page
        assert "My words" in page
        assert 'name="body_lessons" value="Also mine"' in page
        assert draft.sections.get(key="impact").body == "Their words"
        # Sending the page's form again saves both.
        assert 'name="base_impact" value="1"' in page
        merged = {**sent, "body_impact": "Both words", "base_impact": "1"}
        responder_client.post(at("postmortem_edit", draft), merged)
        bodies = dict(draft.sections.values_list("key", "body"))
        assert (bodies["impact"], bodies["lessons"]) == ("Both words", "Also mine")

    def test_markup_in_a_text_stays_text(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        evil = "</textarea><script>alert(1)</script>"
        save_sections(postmortem=draft, by=responder, now=NOW, sections={"impact": (evil, 0)})
        for name in ("postmortem_edit", "postmortem"):
            assert "<script>alert" not in responder_client.get(at(name, draft)).content.decode()


class TestPublish:
    def test_is_refused_with_links_to_what_is_missing(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder, root_cause="No limit")
        response = responder_client.post(at("postmortem_publish", row), {"body_fix": "A limit", "base_fix": "0"})
        page = response.content.decode()
        assert response.status_code == 409
        listed = re.findall(r'<li><a href="#([a-z_-]+)">', page.split('class="pm-missing"')[1].split("</ul>")[0])
        assert listed == ["section-verification", "evidence"]
        # What was typed is saved all the same.
        assert row.sections.get(key="fix").body == "A limit"

    def test_htmx_gets_the_list_alone(self, draft: Postmortem, responder_client: Client) -> None:
        response = responder_client.post(at("postmortem_publish", draft), headers=HTMX)
        assert response.status_code == 409
        assert response["X-Hindsight-Saved"] == "yes"
        assert "<html" not in response.content.decode()

    def test_publishes_and_shows_the_proof(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder, **REQUIRED)
        make_proof(row, responder)
        response = responder_client.post(at("postmortem_publish", row), follow=True)
        page = response.content.decode()
        assert response.redirect_chain == [(at("postmortem", row), 303)]
        assert "proof-verified" in page
        assert "The test fails without the limit" in page

    def test_withdraws(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder)
        responder_client.post(at("postmortem_withdraw", row))
        row.refresh_from_db()
        assert row.status == "draft"


class TestProof:
    def test_is_added_with_a_new_file(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {
            "proof-method": "command",
            "proof-claim": "It runs once",
            "proof-result": "passed",
            "proof-file": SimpleUploadedFile("out.txt", b"1 run\n"),
        }
        response = responder_client.post(at("evidence_add", draft), sent, headers=HTMX)
        page = response.content.decode()
        assert response.status_code == 200
        assert "It runs once" in page
        assert "proof-verified" in page
        assert draft.evidence.get().attachment == Attachment.objects.get(incident=draft.incident)

    def test_without_a_claim_everything_typed_comes_back(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"proof-method": "canary", "proof-result": "failed", "proof-detail": "Ten per cent", "proof-claim": " "}
        response = responder_client.post(at("evidence_add", draft), sent)
        page = response.content.decode()
        assert response.status_code == 422
        assert "Claim is empty." in page
        assert "Ten per cent" in page

    def test_what_the_service_refuses_stands_at_its_field(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {
            "proof-method": "test",
            "proof-result": "passed",
            "proof-claim": "x",
            "proof-url": "javascript:alert(1)",
        }
        response = responder_client.post(at("evidence_add", draft), sent)
        assert response.status_code == 422
        assert "Link is no http or https address." in response.content.decode()

    def test_a_snippet_of_another_incident_is_no_choice(
        self, draft: Postmortem, responder: User, responder_client: Client
    ) -> None:
        foreign = add_snippet(incident=make_incident(responder), by=responder, now=NOW, code="secret")
        sent = {"proof-method": "test", "proof-result": "passed", "proof-claim": "x", "proof-snippet": foreign.pk}
        assert responder_client.post(at("evidence_add", draft), sent).status_code == 422
        assert not draft.evidence.exists()

    def test_editing_keeps_the_seconds_of_an_untouched_time(
        self, draft: Postmortem, responder: User, responder_client: Client
    ) -> None:
        moment = NOW + timedelta(seconds=17)
        proof = make_proof(draft, responder, at=moment)
        page = responder_client.get(at("evidence_edit", draft, proof.pk)).content.decode()
        shown = re.search(r'name="at" value="([^"]*)"', page)
        assert shown
        sent = {"method": "test", "result": "failed", "claim": "New", "at": shown[1], "version": "1"}
        assert responder_client.post(at("evidence_edit", draft, proof.pk), sent).status_code == 303
        proof.refresh_from_db()
        assert (proof.claim, proof.result, proof.at) == ("New", "failed", moment)
        again = responder_client.post(at("evidence_edit", draft, proof.pk), {**sent, "claim": "Mine"})
        assert again.status_code == 409
        assert "Mine" in again.content.decode()
        assert "New" in again.content.decode()

    def test_can_be_removed(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        proof = make_proof(draft, responder)
        responder_client.post(at("evidence_remove", draft, proof.pk))
        assert not draft.evidence.exists()

    def test_a_waiver_is_shown_with_its_name(self, responder: User, responder_client: Client) -> None:
        row = make_postmortem(responder, **REQUIRED)
        assert responder_client.post(at("postmortem_waive", row), {"waiver-reason": " "}).status_code == 422
        responder_client.post(at("postmortem_waive", row), {"waiver-reason": "The host is gone"})
        page = responder_client.get(at("postmortem", row)).content.decode()
        assert "proof-waived" in page
        assert "The host is gone" in page
        responder_client.post(at("postmortem_unwaive", row))
        row.refresh_from_db()
        assert row.proof == "unproven"

    def test_a_fix_that_did_not_hold_says_so(self, responder: User, responder_client: Client) -> None:
        row = make_published(responder)
        make_proof(row, responder, result="failed", claim="It came back", at=NOW + timedelta(minutes=5))
        assert "The fix did not hold." in responder_client.get(at("postmortem", row)).content.decode()


class TestFactors:
    def sent(self, *rows: tuple[str, str]) -> dict[str, str]:
        data = {"factors-TOTAL_FORMS": str(len(rows)), "factors-INITIAL_FORMS": "0"}
        for number, (category, text) in enumerate(rows):
            data |= {f"factors-{number}-category": category, f"factors-{number}-text": text}
        return data

    def test_rows_without_a_category_and_text_are_left_out(self, draft: Postmortem, responder_client: Client) -> None:
        responder_client.post(at("postmortem_factors", draft), self.sent(("test", "None"), ("", "")))
        assert list(draft.factors.values_list("category", "text")) == [("test", "None")]

    @pytest.mark.parametrize("row", [("", "Text alone"), ("human", "Blame")])
    def test_bad_rows_come_back(self, draft: Postmortem, responder_client: Client, row: tuple[str, str]) -> None:
        response = responder_client.post(at("postmortem_factors", draft), self.sent(row))
        assert response.status_code == 422
        assert row[1] in response.content.decode()

    def test_a_tampered_count_is_refused(self, draft: Postmortem, responder_client: Client) -> None:
        for data in ({}, {"factors-TOTAL_FORMS": "99999", "factors-INITIAL_FORMS": "x"}):
            assert responder_client.post(at("postmortem_factors", draft), data).status_code == 422


class TestActions:
    def test_are_added_in_the_editor(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        sent = {"action-title": "Watch it", "action-kind": "detect", "action-owner": responder.pk}
        responder_client.post(at("action_add", draft), {**sent, "action-due_on": "2026-04-01"})
        action = ActionItem.objects.get()
        assert (action.title, action.kind, action.owner, str(action.due_on)) == (
            "Watch it",
            "detect",
            responder,
            "2026-04-01",
        )
        assert responder_client.post(at("action_add", draft), {"action-title": ""}).status_code == 422

    def test_a_form_that_arrives_twice_acts_once(self, draft: Postmortem, responder_client: Client) -> None:
        nonce = "0123456789abcdef0123"
        action = {"action-title": "Watch it", "action-kind": "detect", "action-once": nonce}
        proof = {"proof-method": "test", "proof-result": "passed", "proof-claim": "x", "proof-once": nonce + "1"}
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
        sent = {"state": "done", "version": "1", "next": target}
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
        monkeypatch.setattr(listing, "ROWS", 2)
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


class TestQueries:
    def count(self, client: Client, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    def grows(self, client: Client, url: str, add: Callable[[], object]) -> bool:
        before = self.count(client, url)
        for _ in range(5):
            add()
        return self.count(client, url) > before

    def full(self, row: Postmortem, by: User) -> None:
        incident = row.incident
        snippet = add_snippet(incident=incident, by=by, now=NOW, code="print(1)")
        make_proof(row, by, snippet=snippet)
        make_entry(incident, by)
        make_step(incident, by)
        make_action(incident, by, owner=by)

    @pytest.mark.parametrize("name", ["postmortem", "postmortem_edit", "postmortem_markdown", "postmortem_json"])
    def test_a_longer_record_asks_no_more(self, responder: User, responder_client: Client, name: str) -> None:
        row = make_published(responder)
        self.full(row, responder)
        assert not self.grows(responder_client, at(name, row), lambda: self.full(row, responder))

    @pytest.mark.parametrize("name", ["postmortem_list", "action_list", "board"])
    def test_longer_lists_ask_no_more(self, responder: User, responder_client: Client, name: str) -> None:
        def add() -> None:
            incident = make_incident(responder, services=["checkout"])
            make_published(responder, incident)
            make_action(incident, responder, owner=responder)

        add()
        assert not self.grows(responder_client, reverse(name), add)


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
