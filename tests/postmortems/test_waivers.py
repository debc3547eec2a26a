"""Who signed that a fix can't be proven, and why, stands wherever the fix stands."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents.answers import answers
from incidents.models import Incident
from incidents.services.links import link
from postmortems.models import Postmortem
from postmortems.services.proof import add_evidence, waive
from tests.search.real import index
from tests.support.personas import bearer
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_incident

__all__ = ["index"]
pytestmark = pytest.mark.django_db

REASON = "The supplier <switched> it off"


@pytest.fixture
def waived(responder: User) -> Postmortem:
    incident = make_incident(responder, title="The kiosk froze", services=["kiosk"])
    row = make_postmortem(responder, incident, fix="Turned the supplier off.")
    Incident.objects.filter(pk=incident.pk).update(status="resolved", resolved_at=NOW)
    return waive(postmortem=row, by=responder, now=NOW, reason=REASON)


def test_wherever_the_fix_shows(
    waived: Postmortem, index: Callable[[], None], responder: User, responder_client: Client
) -> None:
    later = make_incident(responder, title="The kiosk froze again", services=["kiosk"])
    link(source=later, kind="same_cause", target=waived.incident, by=responder, now=NOW)
    index()
    line = f"Waived by {responder.shown_name}: The supplier &lt;switched&gt; it off"
    pages = [
        "/", "/search/?q=kiosk", "/search/suggest/?q=kiosk", "/search/similar/?title=the+kiosk+froze",
        "/services/kiosk/", "/postmortems/",
        f"{waived.incident.get_absolute_url()}", later.get_absolute_url(), f"{later.get_absolute_url()}links/",
        "/feeds/incidents.atom", "/feeds/search.atom?q=kiosk",
    ]  # fmt: skip
    missing = [page for page in pages if line not in responder_client.get(page).content.decode()]
    assert missing == []
    plain = line.replace("&lt;", "<").replace("&gt;", ">")
    token = bearer(responder)
    (found,) = [
        each
        for each in responder_client.get("/api/v1/search/?q=kiosk", headers=token).json()["results"]
        if each["number"] == waived.incident.label
    ]
    own = responder_client.get(f"/api/v1/incidents/{waived.incident.label}/", headers=token).json()
    assert {found["verified_note"], own["verified_note"]} == {plain}
    assert plain in responder_client.get(f"/incidents/{later.label}/handover.md").content.decode()


def test_it_goes_with_the_waiver(waived: Postmortem, responder: User) -> None:
    assert answers([waived.incident_id])[waived.incident_id].note == f"Waived by {responder.shown_name}: {REASON}"
    add_evidence(
        postmortem=waived, by=responder, now=NOW, fields={"method": "test", "claim": "It froze", "result": "passed"}
    )
    assert answers([waived.incident_id])[waived.incident_id].note == ""
