"""A source that a step rests on says so wherever it is shown, and leads to the step."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from incidents.services.attachments import attach
from incidents.services.evidence import add_evidence
from incidents.services.snippets import add_snippet
from tests.support.pictures import terminal
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = pytest.mark.django_db


def test_everything_that_is_evidence_leads_to_its_step(responder: User, responder_client: Client) -> None:
    incident = make_incident(responder)
    step, entry = make_step(incident, responder), make_entry(incident, responder)
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code="dig acme.internal", entry=entry)
    upload = ContentFile(terminal())
    picture = attach(incident=incident, by=responder, now=NOW, upload=upload, filename="a.png", entry=entry)
    log = attach(incident=incident, by=responder, now=NOW, upload=ContentFile(b"a line"), filename="a.log", entry=entry)
    for source in ({"entry": entry}, {"snippet": snippet}, {"attachment": picture}, {"attachment": log}):
        add_evidence(step=step, by=responder, now=NOW, **source)

    def cited(name: str, *args: object, query: str = "") -> tuple[int, int]:
        html = responder_client.get(f"{reverse(name, args=[incident.number, *args])}{query}").content.decode()
        return html.count('class="cited-by">Evidence for <a'), html.count(f'#step-{step.pk}">step 1</a>')

    assert cited("incident_detail") == (4, 4)
    assert cited("entry_detail", entry.pk) == (4, 4)
    assert cited("incident_live", query="?since=99.0.0") == (4, 4)
    for name, pk in (("snippet_detail", snippet.pk), ("picture_detail", picture.pk), ("picture_list", None)):
        assert cited(name, *([pk] if pk else [])) == (1, 1), name
