"""Writing a postmortem in the browser, bad input and conflicts included."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.models import Attachment
from incidents.services.snippets import add_snippet
from postmortems.models import SECTION_LIMIT, Postmortem
from postmortems.services.sections import save_sections
from postmortems.shipped import SHORT
from tests.support.postmortems import REQUIRED, make_postmortem, make_proof, make_published
from tests.support.records import NOW, make_entry, make_incident

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
        assert f"- Stopped the job [[entry-{entry.pk}]]" in page
        assert f'id="entry-{entry.pk}"' in page

    def test_before_it_is_begun_there_is_nothing_to_edit(self, responder: User, responder_client: Client) -> None:
        number = make_incident(responder).number
        for name in ("postmortem_edit", "postmortem_publish"):
            assert responder_client.post(reverse(name, args=[number])).status_code == 404
        assert responder_client.get(reverse("postmortem_markdown", args=[number])).status_code == 404


class TestEditor:
    def test_every_section_asks_and_guides(self, draft: Postmortem, responder_client: Client) -> None:
        page = responder_client.get(at("postmortem_edit", draft)).content.decode()
        for prompt in SHORT.sections:
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

    @pytest.mark.parametrize("read", ["", "One"])
    def test_a_box_left_alone_never_undoes_what_another_saved(
        self, draft: Postmortem, responder: User, responder_client: Client, outsider: User, read: str
    ) -> None:
        if read:
            save_sections(postmortem=draft, by=responder, now=NOW, sections={"impact": (read, 0)})
        base = str(bool(read) * 1)
        save_sections(postmortem=draft, by=outsider, now=NOW, sections={"impact": ("Their words", int(base))})
        held = {"body_impact": read, "base_impact": base}
        for address, lessons in (
            ("postmortem_edit", "First"),
            ("postmortem_publish", "Second"),
            ("postmortem_edit", "Third"),
        ):
            version = draft.sections.filter(key="lessons").values_list("version", flat=True).first() or 0
            sent = {**held, "body_lessons": lessons, "base_lessons": str(version)}
            page = responder_client.post(at(address, draft), sent, headers=HTMX).content.decode()
            # The page is told what its boxes were written from; this is what it sends next.
            held["base_impact"] = re.findall(r'name="base_impact" value="(\d+)"', page)[0]
            assert held["base_impact"] == base
            assert "A newer text was saved" in page
        bodies = dict(draft.sections.values_list("key", "body"))
        assert (bodies["impact"], bodies["lessons"]) == ("Their words", "Third")

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
