"""Two people on one step, line or snippet: what does not overlap is saved, what does is shown, nothing goes back."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.models import Incident
from incidents.services.diagnosis import decide_step, update_step
from incidents.services.evidence import add_evidence, update_evidence
from incidents.services.snippets import add_snippet, edit_snippet
from incidents.services.timeline import edit_entry
from tests.support.records import LATER, NOW, make_entry, make_incident, make_step
from tests.support.web import form_values

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


class Editor:
    """Somebody with the form open since before the others saved."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.values = form_values(
            client.get(address).content.decode().split('<form class="form')[1].split("</form>")[0]
        )

    def sends(self, **changes: str) -> tuple[int, str]:
        answer = self.client.post(self.address, {**self.values, **changes})
        return answer.status_code, answer.content.decode()


def test_a_step_that_was_decided_meanwhile_stays_decided(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    editor = Editor(responder_client, reverse("step_edit", args=[incident.number, step.pk]))
    decide_step(step=step, by=responder, now=LATER, outcome="confirmed", finding="20 of 20 in use")
    assert editor.sends(hypothesis="The pool of api-3 is empty")[0] == 303
    step.refresh_from_db()
    assert (step.hypothesis, step.outcome) == ("The pool of api-3 is empty", "confirmed")
    assert step.finding == "20 of 20 in use"


def test_what_both_changed_is_shown_and_the_rest_is_theirs(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    editor = Editor(responder_client, reverse("step_edit", args=[incident.number, step.pk]))
    theirs = {"hypothesis": "Their words", "finding": "What they found"}
    update_step(step=step, by=responder, now=LATER, version=1, fields=theirs)  # type: ignore[arg-type]  # computed keys
    status, page = editor.sends(hypothesis="My words")
    assert (status, "Their words" in page) == (409, True)
    merged = form_values(page.split('<form class="form')[-1])
    assert (merged["hypothesis"], merged["finding"], merged["version"]) == ("My words", "What they found", "2")
    assert editor.client.post(editor.address, merged).status_code == 303
    step.refresh_from_db()
    assert (step.hypothesis, step.finding) == ("My words", "What they found")


def test_one_corrects_the_words_of_a_line_and_one_its_time(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    entry = make_entry(incident, responder, "Befor the restart\n\nand after")
    editor = Editor(responder_client, reverse("entry_edit", args=[incident.number, entry.pk]))
    edit_entry(entry=entry, by=responder, now=LATER, version=1, body="Before the restart\n\nand after")
    assert editor.sends(at="2026-03-01 12:00")[0] == 303
    entry.refresh_from_db()
    assert (entry.body, entry.at.hour, entry.version) == ("Before the restart\n\nand after", 12, 3)


def test_one_describes_a_snippet_and_one_corrects_its_language(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="a: 1", language="text")
    editor = Editor(responder_client, reverse("snippet_edit", args=[incident.number, snippet.pk]))
    edit_snippet(snippet=snippet, version=1, language="yaml")
    assert editor.sends(caption="What was deployed")[0] == 303
    snippet.refresh_from_db()
    assert (snippet.language, snippet.caption) == ("yaml", "What was deployed")


def test_one_says_when_evidence_is_of_and_one_what_it_means(
    incident: Incident, responder: User, responder_client: Client
) -> None:
    step = make_step(incident, responder)
    link = "https://graphs.example.org/d/1"
    evidence = add_evidence(step=step, by=responder, now=NOW, url=link, fields={"meaning": "20 of 20"})
    editor = Editor(responder_client, reverse("step_evidence_edit", args=[incident.number, evidence.pk]))
    update_evidence(evidence=evidence, by=responder, now=LATER, version=1, fields={"from_at": NOW, "until_at": LATER})
    assert editor.sends(meaning="All 20 in use")[0] == 303
    evidence.refresh_from_db()
    assert (evidence.meaning, evidence.from_at, evidence.until_at) == ("All 20 in use", NOW, LATER)
