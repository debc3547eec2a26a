"""One section at a time: saving, conflicts, previews, what can be cited, and who else writes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from incidents.models import Change, Incident
from incidents.services.snippets import add_snippet
from postmortems.models import Postmortem, Writer
from postmortems.services.sections import save_sections
from tests.support.personas import client_of
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_entry, make_incident, make_step
from tests.support.web import HTMX, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(responder: User) -> Postmortem:
    return make_postmortem(responder, make_incident(responder, severity="sev1"), impact="Many")


def at(name: str, row: Postmortem, *args: str) -> str:
    return reverse(name, args=[row.incident.number, *args])


class TestSaving:
    def test_one_text_with_its_state_and_the_checklist(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"body_fix": "A limit", "base_fix": "0", "body_impact": "Not this one", "base_impact": "0"}
        answer = responder_client.post(at("section_save", draft, "fix"), sent, headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'name="base_fix" value="1"' in page
        assert 'id="checklist"' in page
        assert "<textarea" not in page
        assert draft.sections.get(key="fix").body == "A limit"
        assert draft.sections.get(key="impact").body == "Many"

    def test_a_conflict_shows_both_and_the_words_that_differ(
        self, draft: Postmortem, responder_client: Client, outsider: User
    ) -> None:
        save_sections(postmortem=draft, by=outsider, now=NOW, sections={"impact": ("Many people", 1)})
        sent = {"body_impact": "Many machines", "base_impact": "1"}
        answer = responder_client.post(at("section_save", draft, "impact"), sent, headers=HTMX)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "<del>people</del><ins>machines</ins>" in page
        assert 'data-version="2"' in page
        assert "outsider" in page
        assert draft.sections.get(key="impact").body == "Many people"

    def test_a_megabyte_is_refused_with_the_limit(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"body_impact": "x" * 1_000_000, "base_impact": "1"}
        answer = responder_client.post(at("section_save", draft, "impact"), sent, headers=HTMX)
        assert answer.status_code == 422
        assert "Impact has 1,000,000 characters; the limit is 200,000" in answer.content.decode()
        assert draft.sections.get(key="impact").body == "Many"

    def test_an_unknown_section_is_refused_by_name(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"body_gossip": "x", "base_gossip": "0"}
        answer = responder_client.post(at("section_save", draft, "gossip"), sent, headers=HTMX)
        assert answer.status_code == 422
        assert "There is no section" in answer.content.decode()

    def test_who_may(self, draft: Postmortem, viewer_client: Client, outsider_client: Client) -> None:
        for name, args in (("section_save", ["fix"]), ("section_preview", ["fix"]), ("postmortem_presence", [])):
            assert viewer_client.post(at(name, draft, *args)).status_code == 403
            Incident.objects.filter(pk=draft.incident_id).update(is_private=True)
            assert outsider_client.post(at(name, draft, *args)).status_code == 404
            Incident.objects.filter(pk=draft.incident_id).update(is_private=False)


def test_a_preview_is_what_readers_will_see(draft: Postmortem, responder: User, responder_client: Client) -> None:
    step = make_step(draft.incident, responder, "The pool is empty")
    sent = {"body_fix": f"**So** [[step-{step.pk}]] <b>x</b>"}
    page = responder_client.post(at("section_preview", draft, "fix"), sent).content.decode()
    assert "<strong>So</strong>" in page
    assert "The pool is empty" in page
    assert "&lt;b&gt;" in page


class TestCitable:
    def test_it_finds_by_words_kind_and_id(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        step = make_step(draft.incident, responder, "The pool is empty")
        entry = make_entry(draft.incident, responder, "Looked at the pool")
        code = add_snippet(incident=draft.incident, by=responder, now=NOW, code="x", filename="pool.py")
        other = make_incident(responder, title="Before")
        for words, tokens in (
            ("pool", {f"step-{step.pk}", f"entry-{entry.pk}", f"snippet-{code.pk}"}),
            ("step pool", {f"step-{step.pk}"}),
            (f"snippet-{code.pk}", {f"snippet-{code.pk}"}),
            (f"INC-{other.number}", {other.label}),
        ):
            page = responder_client.get(at("postmortem_citable", draft), {"q": words}, headers=HTMX).content.decode()
            assert tokens <= set(page.replace("]]", "[[").split("[[")), words

    def test_it_offers_nothing_of_others_that_is_hidden(
        self, draft: Postmortem, responder: User, outsider: User
    ) -> None:
        secret = make_incident(responder, title="Sesame", is_private=True)
        make_step(secret, responder, "Sesame opened")
        Change.objects.create(at=NOW, title="Sesame deploy", noted_at=NOW, incident=secret)
        for words in ("sesame", "inc", f"INC-{secret.number}", ""):
            page = client_of(outsider).get(at("postmortem_citable", draft), {"q": words}, headers=HTMX)
            assert "esame" not in page.content.decode().replace(f'value="{words}"', "")

    def test_queries_do_not_grow(self, draft: Postmortem, responder: User, responder_client: Client) -> None:
        address = at("postmortem_citable", draft)
        few = queries_of(responder_client, address)
        for number in range(8):
            make_step(draft.incident, responder, f"Idea {number}")
            make_entry(draft.incident, responder, f"Note {number}")
        assert queries_of(responder_client, address) == few


class TestPresence:
    def test_silence_while_nothing_is_new(self, draft: Postmortem, responder_client: Client) -> None:
        sent = {"section": "impact", "base_impact": "1", "writers": ""}
        assert responder_client.post(at("postmortem_presence", draft), sent).status_code == 204

    def test_others_and_their_texts(
        self, draft: Postmortem, responder_client: Client, outsider: User, outsider_client: Client
    ) -> None:
        outsider_client.post(at("postmortem_presence", draft), {"section": "fix"})
        save_sections(postmortem=draft, by=outsider, now=NOW, sections={"impact": ("Everybody", 1)})
        sent = {"section": "impact", "base_impact": "1", "base_fix": "0", "writers": ""}
        news = responder_client.post(at("postmortem_presence", draft), sent).json()
        assert news["writers"] == {"fix": ["outsider"]}
        assert [(one["key"], one["version"], one["body"]) for one in news["sections"]] == [("impact", 2, "Everybody")]
        assert 'name="base_impact" value="2"' in news["sections"][0]["state"]
        Writer.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
        sent |= {"base_impact": "2", "writers": news["writers_key"]}
        assert responder_client.post(at("postmortem_presence", draft), sent).json()["writers"] == {}

    @pytest.mark.parametrize("base", ["-1", "x", "9" * 30, "²"])
    def test_nonsense_is_no_news(self, draft: Postmortem, responder_client: Client, base: str) -> None:
        sent = {"section": "x" * 500, "base_impact": base, "writers": ""}
        assert responder_client.post(at("postmortem_presence", draft), sent).status_code == 204


def test_queries_of_the_editor_do_not_grow(draft: Postmortem, responder: User, responder_client: Client) -> None:
    address = at("postmortem_edit", draft)
    few = queries_of(responder_client, address)
    keys = [prompt.key for prompt in draft.questions.sections]
    save_sections(postmortem=draft, by=responder, now=NOW, sections={key: (f"Text of {key}", None) for key in keys})
    assert queries_of(responder_client, address) == few
