"""A credential in the composer, in a real browser: asked about, masked with one more click, nothing lost."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.journeys.conftest import SignIn
from tests.lib.made_up_secrets import AWS
from tests.support import axe
from tests.support.records import make_incident

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BOX = "#composer textarea[name=body]"
MASK = "[masked: AWS access key]"
SHOTS = os.environ.get("HINDSIGHT_SHOTS", "")
LONG = 20_000
OF_AXE = re.compile(r"\.css: Failed to load|inline style|load preload assets")


def test_a_pasted_key_is_masked_with_one_more_click(responder: User, sign_in: SignIn, complaints: list[str]) -> None:
    incident = make_incident(responder)
    page = sign_in(responder)
    page.goto(incident.get_absolute_url())
    page.fill(BOX, f"I ran it with {AWS} from my laptop")
    page.press(BOX, "Control+Enter")
    dialog = page.locator("#secrets-found")
    expect(dialog).to_be_visible(timeout=LONG)
    expect(dialog).not_to_contain_text(AWS)
    assert not incident.entries.filter(body__contains="laptop").exists()
    if SHOTS:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=str(Path(SHOTS) / f"asked-{scheme}.png"))
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=str(Path(SHOTS) / "asked-390.png"))
        page.set_viewport_size({"width": 1280, "height": 800})
    # Screenshots and axe set styles of their own and fetch sheets by half an address, which the policy refuses.
    assert SHOTS or complaints == []
    assert axe.faults(page, "#secrets-found") == []
    # The focus stands on the button that saves it masked.
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text(f"I ran it with {MASK} from my laptop", timeout=LONG)

    assert incident.entries.latest("pk").body == f"I ran it with {MASK} from my laptop"
    kept = page.evaluate("() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    assert AWS not in kept
    assert [one for one in complaints if not OF_AXE.search(one)] == []


def test_without_script_the_page_asks(responder: User, sign_in: SignIn, complaints: list[str]) -> None:
    incident = make_incident(responder)
    page = sign_in(responder, java_script_enabled=False)
    page.goto(incident.get_absolute_url())
    page.fill(BOX, f"key {AWS}")
    page.locator("#composer button[type=submit], #composer .button-primary").first.click()
    expect(page.locator("h1")).to_contain_text("1 credential found", timeout=LONG)
    expect(page.get_by_label("Mask it")).to_be_checked()
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / "page.png"))
    page.get_by_label("Keep it").check()
    page.get_by_role("button", name="Save it so").click()
    expect(page.locator("#timeline")).to_contain_text(f"key {AWS}", timeout=LONG)

    assert incident.entries.latest("pk").body == f"key {AWS}"
    assert SHOTS or complaints == []
