"""Two people write one postmortem: it saves itself, tells who is there, loses no word of either."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.models import DiagnosisStep, Incident
from postmortems.models import Postmortem
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.postmortems import make_postmortem
from tests.support.records import make_incident, make_step

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SOON = 15_000


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder, title="Checkout answers 502", severity="sev1")


@pytest.fixture
def step(incident: Incident, responder: User) -> DiagnosisStep:
    return make_step(incident, responder, "The pool is empty", finding="0 of 20 free", outcome="confirmed")


@pytest.fixture
def draft(incident: Incident, step: DiagnosisStep, responder: User) -> Postmortem:
    return make_postmortem(responder, incident, impact="One checkout in five failed.")


def editor(page: Page, row: Postmortem, section: str = "impact") -> None:
    page.goto(f"/incidents/{row.incident.label}/postmortem/edit/#section-{section}")
    expect(page.locator(f"#body-{section}")).to_be_visible()


def note(page: Page, section: str, words: str) -> None:
    expect(page.locator(f"#note-{section}")).to_contain_text(re.compile(words), timeout=SOON)


def body(row: Postmortem, section: str) -> str:
    return row.sections.get(key=section).body


def test_two_people_write_at_once(
    sign_in: SignIn, responder: User, outsider: User, draft: Postmortem, complaints: list[str]
) -> None:
    one, two = sign_in(responder), sign_in(outsider)
    editor(one, draft)
    editor(two, draft)

    # Different sections do not meet; what one saved comes to the other, who sees where one writes.
    one.locator("#body-detection").fill("A customer told us.")
    note(one, "detection", "^Saved")
    expect(two.locator("#body-detection")).to_have_value("A customer told us.", timeout=SOON)
    expect(two.locator("[data-who=detection]")).to_contain_text("is writing here", timeout=SOON)
    expect(two.locator("#writers")).to_contain_text("responder")

    # The same section: both write before either has saved.
    two.context.set_offline(True)
    two.locator("#body-impact").fill("One checkout in four failed.")
    note(two, "impact", "kept in this browser")
    one.locator("#body-impact").fill("One checkout in five failed, on mobile only.")
    note(one, "impact", "^Saved")
    two.context.set_offline(False)
    conflict = two.locator("[data-conflict=impact]")
    expect(conflict).to_be_visible(timeout=SOON)
    expect(conflict.locator("[data-theirs]")).to_have_value("One checkout in five failed, on mobile only.")
    expect(conflict.locator("del").nth(1)).to_be_visible()
    note(two, "impact", "^Not saved")
    # What the other saved comes along with the next news, and stays beside what was typed here.
    with two.expect_response("**/presence/"):
        two.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(conflict).to_be_visible()
    expect(two.locator("#body-impact")).to_have_value("One checkout in four failed.")
    two.locator("#body-impact").fill("One checkout in four failed, on mobile only.")
    conflict.get_by_role("button", name="Save the box").click()
    note(two, "impact", "^Saved")
    expect(one.locator("#body-impact")).to_have_value("One checkout in four failed, on mobile only.", timeout=SOON)
    texts = list(draft.sections.get(key="impact").revisions.order_by("version").values_list("body", flat=True))
    assert texts[-2:] == [
        "One checkout in five failed, on mobile only.",
        "One checkout in four failed, on mobile only.",
    ]
    assert [words for words in complaints if "ERR_INTERNET_DISCONNECTED" not in words] == []


def test_a_citation_is_chosen_by_keyboard_and_follows_its_source(
    sign_in: SignIn, responder: User, draft: Postmortem, step: DiagnosisStep, complaints: list[str]
) -> None:
    page = sign_in(responder)
    editor(page, draft, "lessons")
    page.locator("#body-lessons").focus()
    page.keyboard.type("As seen in [[pool")
    expect(page.locator("#cite-list [role=option]").first).to_contain_text("The pool is empty")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#body-lessons")).to_have_value(f"As seen in [[step-{step.pk}]]")
    note(page, "lessons", "^Saved")
    assert body(draft, "lessons") == f"As seen in [[step-{step.pk}]]"

    page.locator("[data-for=body_lessons] [data-md=preview]").click()
    expect(page.locator("#preview-lessons a.cite")).to_have_text("Confirmed: The pool is empty")
    step.hypothesis = "The pool leaks"
    step.save()
    page.goto(f"/incidents/{draft.incident.label}/postmortem/")
    expect(page.locator("#section-lessons a.cite", has_text="Confirmed: The pool leaks")).to_be_visible()
    assert complaints == []


def test_the_checklist_follows_and_jumps(sign_in: SignIn, responder: User, draft: Postmortem) -> None:
    page = sign_in(responder)
    editor(page, draft)
    missing = page.locator("#checklist .is-missing a", has_text=re.compile("^Fix$"))
    page.locator("#section-fix summary").first.click()
    missing.click()
    expect(page.locator("#body-fix")).to_be_visible()
    page.locator("#body-fix").fill("A limit of 20.")
    expect(page.locator("#checklist .is-done a", has_text=re.compile("^Fix$"))).to_be_visible(timeout=SOON)


def test_a_session_that_ends_loses_nothing(sign_in: SignIn, responder: User, draft: Postmortem) -> None:
    page = sign_in(responder)
    editor(page, draft)
    page.context.clear_cookies(name="sessionid")
    page.locator("#body-impact").fill("Everybody.")
    dialog = page.locator("#session-over")
    expect(dialog).to_be_visible(timeout=SOON)
    dialog.locator("[name=login]").fill("responder")
    dialog.locator("[name=password]").fill("correct horse battery")
    page.keyboard.press("Enter")
    note(page, "impact", "^Saved")
    assert body(draft, "impact") == "Everybody."


def test_it_works_without_javascript(sign_in: SignIn, responder: User, draft: Postmortem) -> None:
    page = sign_in(responder, java_script_enabled=False)
    editor(page, draft)
    page.fill("#body-fix", "A limit of 20.")
    page.click("#section-fix button:has-text('Save')")
    page.wait_for_url("**/postmortem/edit/**")
    expect(page.locator("#body-fix")).to_have_value("A limit of 20.")
    page.click("a:has-text('What can be cited')")
    expect(page.locator("main")).to_contain_text("[[step-")


def test_everybody_can_use_it(sign_in: SignIn, admin: User, draft: Postmortem) -> None:
    page = sign_in(admin, color_scheme="dark")
    number = draft.incident.label
    for address in (
        f"/incidents/{number}/postmortem/edit/",
        f"/incidents/{number}/postmortem/questions/",
        f"/incidents/{number}/postmortem/citable/",
        "/postmortems/past/",
        "/settings/templates/",
        "/settings/templates/standard/",
        "/settings/templates/standard/sections/impact/",
        "/settings/templates/standard/preview/",
    ):
        page.goto(address)
        assert axe.faults_in_both_themes(page) == []
