"""Every page around an incident reads well for all; the head and pictures have tests of their own."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from incidents.models import Incident
from incidents.services.attachments import attach
from incidents.services.changes import report
from incidents.services.diagnosis import add_log_note
from incidents.services.evidence import add_evidence, add_first_check
from incidents.services.snippets import add_snippet
from incidents.services.timeline import edit_entry
from tests.journeys.conftest import SignIn
from tests.lib.made_up_secrets import AWS
from tests.support import axe
from tests.support.pictures import terminal
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def addresses(responder: User) -> list[str]:
    """The pages of an incident that has something of everything."""
    incident = make_incident(responder, services=["checkout"], tags=["dns"])
    entry = make_entry(incident, responder, f"Found `{AWS}` in the log")
    edit_entry(entry=entry, by=responder, now=NOW, version=1, body=f"Found the key {AWS} in the log")
    step = make_step(incident, responder, "The pool is empty", outcome="ruled_out")
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="ERROR no connection\nretry", entry=entry)
    made: dict[str, Any] = {"incident": incident, "by": responder, "now": NOW, "entry": entry}
    picture = attach(upload=ContentFile(terminal()), filename="a.png", caption="The worker", **made)
    log = attach(upload=ContentFile(b"one\ntwo\n"), filename="a.log", **made)
    proofs = [
        add_evidence(step=step, by=responder, now=NOW, **source)
        for source in ({"entry": entry}, {"snippet": snippet, "first_line": 1, "last_line": 1}, {"attachment": picture})
    ]
    add_log_note(incident=incident, by=responder, now=NOW, verdict="misleading", line="ERROR no connection")
    add_first_check(incident=incident, by=responder, now=NOW, text="The size of the pool")
    report(by=responder, now=NOW, fields={"title": "checkout 2", "at": NOW, "service": "checkout"})
    return [*_pages(incident), *_of_parts(incident, entry, step, snippet, picture, log, proofs[1])]


def _pages(incident: Incident) -> list[str]:
    names = (
        *("incident_detail", "incident_edit", "incident_status", "incident_severity", "diagnosis_board", "redact"),
        *("step_new", "snippet_new", "attachment_new", "log_note_new", "first_check_new", "change_new"),
    )
    lists = (reverse(name) for name in ("incident_list", "incident_new", "waiting"))
    return [*lists, *(reverse(name, args=[incident.number]) for name in names)]


def _of_parts(incident: Incident, *parts: object) -> list[str]:
    entry, step, snippet, picture, log, proof = (getattr(part, "pk", part) for part in parts)
    of = {
        **dict.fromkeys(("entry_detail", "entry_edit", "entry_redact"), entry),
        **dict.fromkeys(("step_edit", "step_move", "step_evidence_new"), step),
        **dict.fromkeys(("snippet_edit", "snippet_redact"), snippet),
        **dict.fromkeys(("attachment_edit", "attachment_redact"), picture),
        "attachment_lines": log,
        "step_evidence_edit": proof,
    }
    return [reverse(name, args=[incident.number, pk]) for name, pk in of.items()]


def _ready(page: Page, address: str) -> None:
    page.goto(address)
    # Everything that opens is open, menus one at a time.
    page.evaluate("document.querySelectorAll('details:not([data-menu])').forEach((one) => { one.open = true; })")
    if "attachments" in address and address.endswith("redact/"):
        page.get_by_role("button", name="Add a rectangle").press("Enter")


def test_axe_finds_nothing_on_any_page(responder: User, addresses: list[str], sign_in: SignIn) -> None:
    page = sign_in(responder, color_scheme="dark")
    found = []
    for address in addresses:
        _ready(page, address)
        found += axe.faults_in_both_themes(page)
    assert not found, "\n".join(found)
