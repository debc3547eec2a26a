"""What stands above the timeline follows what others do; and the composer knows lines that misled before."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from incidents.services.ledger import add_log_note
from tests.journeys.conftest import SignIn
from tests.support.records import make_incident

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SOON_MS = 20_000
LINE = "2026-03-01 14:05:11 WARN pool exhausted, retrying in 30s node=7"


def test_header_and_glance_follow_others(
    sign_in: SignIn, responder: User, teammate: User, complaints: list[str]
) -> None:
    incident = make_incident(responder, now=timezone.now())
    one, other = sign_in(responder), sign_in(teammate)
    for page in (one, other):
        page.goto(incident.get_absolute_url())
    other.fill("#diagnosis [name=hypothesis]", "The deploy halved the pool")
    other.locator("#diagnosis form.step-form button[type=submit]").first.click()
    expect(one.locator("#glance")).to_contain_text("The deploy halved the pool", timeout=SOON_MS)
    # What is half written stays where it is while the head is worked on.
    other.fill("#composer textarea[name=body]", "Half a sentence")
    other.locator("#glance button", has_text="Take the lead").click()
    expect(one.locator("#glance")).to_contain_text(f"Lead {teammate.shown_name}", timeout=SOON_MS)
    other.locator(".stages button", has_text="Identified").click()
    expect(one.locator("#incident_header .stage.is-here")).to_contain_text("Identified", timeout=SOON_MS)
    expect(other.locator("#incident_header .stage.is-here")).to_contain_text("Identified", timeout=SOON_MS)
    expect(other.locator("form.stages .stage-name").first).to_be_focused()
    expect(other.locator("#composer textarea[name=body]")).to_have_value("Half a sentence")
    # Whoever closes it and opens it again in one go sees both, although news end when it is closed.
    box = other.locator("#composer textarea[name=body]")
    for command, stage in (("closed because nothing is left", "Closed"), ("investigating because why", "Invest")):
        box.fill(f"/status {command}")
        box.press("Control+Enter")
        expect(other.locator("#incident_header .stage.is-here")).to_contain_text(stage, timeout=SOON_MS)
    expect(other.locator("#live")).to_contain_text("Live", timeout=SOON_MS)
    # Who only watched is not asked for any more, also once it is open again; whoever comes back gets to know.
    box.fill("/status closed because nothing is left")
    box.press("Control+Enter")
    expect(one.locator("#live")).to_contain_text("Closed", timeout=SOON_MS)
    one.fill("#composer textarea[name=body]", "Half of mine")
    box.fill("/status investigating because it is back")
    box.press("Control+Enter")
    expect(other.locator("#incident_header .stage.is-here")).to_contain_text("Invest", timeout=SOON_MS)
    asked: list[str] = []
    one.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    one.evaluate("window.dispatchEvent(new Event('focus'))")
    assert asked == []
    one.evaluate("() => { const now = Date.now; Date.now = () => now() + 61_000; }")
    one.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(one.locator("#incident_header .stage.is-here")).to_contain_text("Invest", timeout=SOON_MS)
    expect(one.locator("#toasts")).to_contain_text("opened again")
    expect(one.locator("#live")).to_contain_text("Live")
    expect(one.locator("#composer textarea[name=body]")).to_have_value("Half of mine")
    assert complaints == []


def test_a_line_that_misled_before_is_told_of(sign_in: SignIn, responder: User, complaints: list[str]) -> None:
    now = timezone.now()
    earlier = make_incident(responder, title="The pool ran dry", now=now)
    add_log_note(incident=earlier, by=responder, now=now, verdict="misleading", line=LINE, note="It was the disk")
    incident = make_incident(responder, now=now)
    page = sign_in(responder)
    page.goto(incident.get_absolute_url())
    page.fill("#composer textarea[name=body]", f"I see this:\n{LINE.replace('14:05:11', '15:22:40')}")
    warning = page.locator("#composer .composer-known")
    expect(warning).to_contain_text("met before", timeout=SOON_MS)
    expect(warning).to_contain_text("It was the disk")
    page.fill("#composer textarea[name=body]", "Something else that is long enough to be looked up")
    expect(warning).to_be_empty(timeout=SOON_MS)
    assert complaints == []
