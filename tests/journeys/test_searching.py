"""Searching by keyboard alone, in a browser: the panel, its suggestions, recent searches, the help, a pasted trace."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from incidents.models import Incident
from incidents.services.snippets import add_snippet
from search import indexing
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.personas import make_user
from tests.support.postmortems import make_postmortem
from tests.support.records import NOW, make_entry, make_incident

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

TRACE = "Traceback (most recent call last):\n  File 'checkout.py', line 7\npool.PoolExhaustedError: size=99\n"


@pytest.fixture
def ada(settings: Any, tmp_path: Path) -> User:
    """Somebody who declared two incidents, which the index has."""
    settings.INDEX_DIR = tmp_path / "index"
    ada = make_user("ada")
    make_incident(ada, title="Checkout answers 502", services=["checkout"], summary="PoolExhaustedError")
    make_incident(ada, title="Certificate of the gateway expired", services=["gateway"])
    while indexing.drain():
        pass
    return ada


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search past incidents")


def test_search_by_keys_alone(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("check")
    options = page.get_by_role("option")
    expect(options.filter(has_text="service:checkout")).to_be_visible()
    expect(options.filter(has_text="Checkout answers 502")).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    assert axe.faults(page) == []
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    expect(chosen).to_contain_text("service:checkout")
    expect(box(page)).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("service:checkout ")
    expect(options.filter(has_text="gateway")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(chosen).to_be_visible()
    # Whoever types on means what stands in the box, before any answer comes.
    page.route("**/search/suggest/**", lambda route: route.abort())
    page.keyboard.type(" ")
    expect(chosen).to_have_count(0)
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("service:checkout ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=service%3Acheckout*")
    expect(page.get_by_role("link", name="Remove service:checkout")).to_be_visible()
    assert axe.faults(page) == []


def test_a_record_opens_from_the_panel(ada: User, sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(ada)
    page.goto("/")
    box(page).fill("certificate expired")
    record = page.get_by_role("option").filter(has_text="Certificate of the gateway")
    expect(record).to_be_visible()
    for _ in range(page.get_by_role("option").count()):
        page.keyboard.press("ArrowUp")
        if record.get_attribute("aria-selected") == "true":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/INC-2/")
    assert complaints == []


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_result_opens_at_its_words_deep_in_a_long_text(ada: User, sign_in: SignIn, *, has_scripts: bool) -> None:
    body = "\n\n".join(["One of many paragraphs that fill the screen, and nothing else."] * 80)
    make_entry(Incident.objects.get(number=2), ada, f"{body}\n\nAt last the **flywheel** of it stopped.")
    while indexing.drain():
        pass
    page = sign_in(ada, java_script_enabled=has_scripts)
    page.goto("/search/?q=flywheel")
    page.get_by_role("link", name="At last the flywheel").click()
    expect(page.get_by_text("flywheel", exact=True)).to_be_in_viewport()


def test_recent_searches_stay_in_the_browser_until_sign_out(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/search/?q=checkout")
    page.goto("/")
    box(page).focus()
    expect(page.get_by_role("option", name="checkout", exact=True)).to_be_visible()
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('recent'))") == []


def test_a_question_mark_opens_the_help(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/")
    box(page).focus()
    page.keyboard.type("?")
    dialog = page.get_by_role("dialog", name="What can be searched for")
    expect(dialog).to_contain_text("severity:<=sev2")
    assert axe.faults(page) == []
    page.keyboard.press("Escape")
    expect(box(page)).to_be_focused()


def test_a_pasted_trace_is_searched_at_once(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/")
    box(page).focus()
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const told = { clipboardData: data, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", told));
        }""",
        TRACE,
    )
    expect(page.get_by_role("link", name="Checkout answers 502")).to_be_visible()


def test_thanks_come_in_place_and_without_scripts_too(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/search/?q=checkout")
    helped = page.get_by_role("button", name="This helped: INC-1")
    helped.press("Enter")
    expect(page.get_by_text("Thanks. Searches like this will show it earlier.")).to_be_visible()
    expect(helped).to_be_focused()
    page.get_by_role("button", name="Not this: INC-1").press("Enter")
    expect(page.get_by_text("Thanks. Searches like this will show it later.")).to_be_visible()
    plain = sign_in(ada, java_script_enabled=False)
    plain.goto("/search/?q=checkout")
    plain.get_by_role("button", name="Not this: INC-1").click()
    expect(plain.get_by_text("Thanks.")).to_be_visible()
    plain.get_by_role("searchbox").fill("gateway")
    plain.get_by_role("searchbox").press("Enter")
    expect(plain.get_by_role("link", name="Certificate of the gateway expired")).to_be_visible()


def test_past_incidents_appear_beside_a_declaration(ada: User, sign_in: SignIn) -> None:
    page = sign_in(ada)
    page.goto("/incidents/new/")
    page.get_by_label("What is broken?").fill("Something about")
    page.get_by_label("Summary").fill(TRACE)
    beside = page.get_by_label("Past incidents like this one")
    expect(beside.get_by_role("link", name="Checkout answers 502")).to_be_visible()
    assert axe.faults(page) == []
    page.goto("/incidents/INC-1/")
    page.get_by_text("Similar incidents").click()
    expect(page.get_by_text("Both have").or_(page.get_by_text("Nothing on record is like it."))).to_be_visible()


FRESH = re.split(
    r"^=== (\w+) (\w+)\n",
    (Path(__file__).parents[1] / "search/signatures/fresh.txt").read_text("utf-8"),
    flags=re.MULTILINE,
)
TEXTS = {(FRESH[at], FRESH[at + 1]): FRESH[at + 2] for at in range(1, len(FRESH), 3)}


@pytest.mark.parametrize("language", ["python", "java"])
def test_a_trace_with_other_ids_and_lines_finds_its_incident_beside_the_form(
    ada: User, sign_in: SignIn, language: str
) -> None:
    """As at night: paste what stands in the log, and read the fix of last time."""
    for (name, what), text in TEXTS.items():
        if what != "again":
            incident = make_incident(ada, title=f"{name.capitalize()} trouble, {what}")
            add_snippet(incident=incident, by=ada, now=NOW, code=text, language="text")
            make_postmortem(ada, incident, root_cause=f"Cause of {name} {what}.", fix=f"Mended {name} {what}.")
    while indexing.drain():
        pass
    page = sign_in(ada)
    page.goto("/incidents/new/")
    page.get_by_label("What is broken?").fill("It is broken again")
    page.get_by_label("Summary").fill(TEXTS[language, "again"])
    first = page.get_by_label("Past incidents like this one").get_by_role("listitem").first
    expect(first).to_contain_text(f"{language.capitalize()} trouble, first")
    expect(first).to_contain_text(f"Mended {language} first.")
    expect(first).to_contain_text("Same exception")
    first.get_by_text("lines like the pasted text").click()
    expect(first.get_by_role("link", name="Snippet (text)", exact=False).last).to_be_visible()
    assert axe.faults(page) == []
