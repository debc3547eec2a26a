"""From the first sign of trouble to the answer that the next engineer finds."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.models import Attachment, Incident
from postmortems.models import Postmortem
from search.indexing import drain
from tests.journeys.conftest import SignIn

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

CODE = "def connect(pool):\n    return pool.acquire(timeout=zq_wait_budget)\n"
# A picture in the clipboard, as a screenshot tool leaves it there.
PASTE_PICTURE = """async (selector) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
  const context = canvas.getContext("2d");
  context.fillStyle = "teal"; context.fillRect(0, 0, 320, 200);
  context.fillStyle = "white"; context.fillRect(40, 120, 40, 60); context.fillRect(120, 60, 40, 120);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "image.png", { type: "image/png" }));
  const target = document.querySelector(selector);
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def declare(page: Page, title: str) -> None:
    page.goto("/")
    page.keyboard.press("n")
    expect(page.locator("#id_title")).to_be_focused()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/INC-*/")


def log_what_happens(page: Page) -> None:
    page.fill("#composer textarea[name=body]", "Error rate is at 30 % since 14:05")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log")).to_contain_text("Error rate is at 30 %")
    page.get_by_role("button", name="Add code or a log").click()
    page.fill("#composer [data-card=code]", CODE)
    page.click("#composer button[type=submit]")
    expect(page.locator("#log")).to_contain_text("zq_wait_budget")


def paste_screenshot(page: Page) -> None:
    page.evaluate(PASTE_PICTURE, "#composer textarea[name=body]")
    picture = page.locator("#log .figure img")
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('#log .figure img').naturalWidth > 0")


def diagnose(page: Page) -> None:
    page.fill("#diagnosis [name=hypothesis]", "The connection pool is exhausted")
    page.click("#diagnosis form.step-form summary")
    page.fill("#diagnosis [name=finding]", "0 of 20 connections are free")
    page.select_option("#diagnosis [name=outcome]", "confirmed")
    page.click("#diagnosis form.step-form button[type=submit]")
    expect(page.locator("#diagnosis .step-confirmed")).to_contain_text("The connection pool is exhausted")


def test_declared_worked_resolved_proven_published_found(
    sign_in: SignIn, responder: User, outsider: User, complaints: list[str]
) -> None:
    page = sign_in(responder)
    declare(page, "Checkout answers 502")
    log_what_happens(page)
    paste_screenshot(page)
    diagnose(page)

    page.goto("/incidents/INC-1/status/")
    page.check("main [name=status][value=resolved]")
    page.click("main form button:has-text('Change the status')")
    page.wait_for_url("**/incidents/INC-1/**")
    assert Incident.objects.get().status == "resolved"

    page.goto("/incidents/INC-1/postmortem/")
    page.click("button:has-text('Begin the postmortem')")
    page.wait_for_url("**/postmortem/edit/**")
    # What was confirmed in the diagnosis is the first draft of the cause.
    expect(page.locator("#body-root_cause")).to_have_value(re.compile("connection pool is exhausted"))
    page.fill("#body-root_cause", "Leaked quarkleases emptied the connection pool.")
    page.fill("#body-fix", "Leases are returned in a finally block.")
    page.fill("#body-verification", "")
    page.click("button:has-text('Publish')")
    expect(page.get_by_role("alert")).to_contain_text("Verification")
    assert not Postmortem.objects.get().is_published

    page.fill("#body-verification", "The load test that emptied the pool passes.")
    page.click("button:has-text('Publish')")
    expect(page.get_by_role("alert")).to_contain_text("roof")
    assert not Postmortem.objects.get().is_published

    page.locator("#evidence [name=proof-claim]").fill("pool_test fails without the finally block")
    page.locator("#evidence [name=proof-url]").evaluate(
        "field => field.closest('details') && (field.closest('details').open = true)"
    )
    page.locator("#evidence [name=proof-url]").fill("https://ci.example.org/pool_test/17")
    page.locator("#evidence form:has([name=proof-claim]) button", has_text="Add the proof").click()
    expect(page.locator("#evidence .evidence-passed")).to_contain_text("pool_test fails")
    page.click("button:has-text('Publish')")
    page.wait_for_url("**/incidents/INC-1/postmortem/")
    expect(page.locator("main")).to_contain_text("Verified")
    assert Postmortem.objects.get().is_published

    drain()
    other = sign_in(outsider)
    for words, where in (("quarkleases", "Leaked quarkleases"), ("zq_wait_budget", "zq_wait_budget")):
        other.goto("/")
        other.keyboard.press("/")
        expect(other.get_by_role("combobox", name="Search past incidents")).to_be_focused()
        other.keyboard.type(words)
        other.keyboard.press("Enter")
        other.wait_for_url("**/search/?q=*")
        result = other.locator(".result, .results > *").filter(has_text="Checkout answers 502").first
        expect(result).to_contain_text("Leases are returned in a finally block")
        expect(result).to_contain_text("Verified")
        expect(result.locator("mark").first).to_have_text(re.compile(words, re.IGNORECASE))
        assert where in result.inner_text()
    assert complaints == []


def test_everything_works_without_javascript(sign_in: SignIn, responder: User) -> None:
    page = sign_in(responder, java_script_enabled=False)
    page.goto("/incidents/new/")
    page.fill("[name=title]", "Checkout answers 502")
    page.click("main form button:has-text('Declare')")
    page.fill("#composer textarea[name=body]", "Error rate is at 30 %")
    page.set_input_files("#composer input[type=file]", {"name": "app.log", "mimeType": "text/plain", "buffer": b"boom"})
    page.click("#composer button[type=submit]")
    expect(page.locator("#log")).to_contain_text("app.log")
    page.fill("#diagnosis [name=hypothesis]", "The pool is empty")
    page.click("#diagnosis form.step-form button[type=submit]")
    expect(page.locator("#diagnosis")).to_contain_text("The pool is empty")
    assert Attachment.objects.get().text == "boom"


def test_what_was_typed_comes_back_with_the_error(sign_in: SignIn, responder: User) -> None:
    page = sign_in(responder)
    page.goto("/incidents/new/")
    page.fill("[name=title]", "x" * 10_000)
    page.fill("[name=summary]", "Half of the users")
    page.click("main form button:has-text('Declare')")
    expect(page.locator("main")).to_contain_text("Title has 10,000 characters; the limit is 200.")
    expect(page.locator("[name=summary]")).to_have_value("Half of the users")
    expect(page.locator("[name=title]")).to_have_value("x" * 10_000)
