"""Two people on one incident: each sees what the other does, and nobody's place on the page is lost."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from accounts.models import User
from incidents.models import Incident, TimelineEntry
from incidents.services.timeline import add_entry, edit_entry, set_key
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.records import make_entry, make_incident, make_step

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WITHIN_MS = 5_000
BOX = "#composer textarea[name=body]"


@pytest.fixture
def incident(responder: User) -> Incident:
    """Long enough to be scrolled."""
    now = timezone.now()
    incident = make_incident(responder, now=now)
    for number in range(40):
        make_entry(incident, responder, f"Line number {number}", now=now)
    make_step(incident, responder)
    return incident


def log(page: Page, words: str) -> None:
    page.fill(BOX, words)
    page.keyboard.press("Control+Enter")


def place_of(page: Page, selector: str) -> float:
    return float(page.evaluate("s => document.querySelector(s).getBoundingClientRect().top", selector))


def test_each_sees_what_the_other_does(
    sign_in: SignIn, responder: User, teammate: User, incident: Incident, complaints: list[str]
) -> None:
    one, other = sign_in(responder), sign_in(teammate)
    for page in (one, other):
        page.goto(incident.get_absolute_url())
    expect(one.locator("#live")).to_contain_text("teammate is here", timeout=WITHIN_MS)

    # Somebody types in the middle of a text while a line comes in above.
    one.fill(BOX, "Half a sentence")
    one.evaluate("s => document.querySelector(s).setSelectionRange(2, 6)", BOX)
    top = place_of(one, BOX)
    log(other, "The pool is empty since the deploy")
    expect(one.locator("#timeline")).to_contain_text("The pool is empty since the deploy", timeout=WITHIN_MS)
    assert one.evaluate("s => document.activeElement === document.querySelector(s)", BOX)
    chosen = one.evaluate(
        "s => { const box = document.querySelector(s); return [box.selectionStart, box.selectionEnd] }", BOX
    )
    assert chosen == [2, 6]
    assert one.input_value(BOX) == "Half a sentence"
    assert abs(place_of(one, BOX) - top) < 2

    # Somebody reads far below: the page stays where it is, and a button tells of the line.
    read = f"#entry-{TimelineEntry.objects.get(body='Line number 3').pk}"
    one.fill(BOX, "")
    one.locator(read).scroll_into_view_if_needed()
    one.evaluate("document.activeElement.blur()")
    one.hover(read)
    top = place_of(one, read)
    log(other, "It is the size of the pool")
    expect(one.locator("#live-news")).to_contain_text(re.compile(r"new lines? above"), timeout=WITHIN_MS)
    assert abs(place_of(one, read) - top) < 2
    one.click("#live-news")
    expect(one.locator("#live-news")).to_have_count(0)
    expect(one.locator("#timeline")).to_contain_text("It is the size of the pool")

    # A step and the status arrive too, beside a form that somebody fills in.
    one.fill("#diagnosis [name=hypothesis]", "Perhaps the cache")
    other.fill("#diagnosis [name=hypothesis]", "The deploy halved the pool")
    other.locator("#diagnosis form.step-form button[type=submit]").first.click()
    expect(one.locator("#diagnosis")).to_contain_text("The deploy halved the pool", timeout=WITHIN_MS)
    assert one.input_value("#diagnosis [name=hypothesis]") == "Perhaps the cache"
    other.locator(".stages button", has_text="Identified").click()
    expect(one.locator(".stage.is-here")).to_contain_text("Identified", timeout=WITHIN_MS)
    assert complaints == []


def test_two_who_correct_one_line_lose_nothing(
    sign_in: SignIn, responder: User, teammate: User, incident: Incident, complaints: list[str]
) -> None:
    entry = make_entry(incident, responder, "The pool holds ten connections", now=timezone.now())
    line = f"#{entry.anchor}"
    one, other = sign_in(responder), sign_in(teammate)
    for page in (one, other):
        page.goto(incident.get_absolute_url())
        page.hover(line)
        page.click(f"{line} .entry-correct")
    one.fill(f"{line} textarea", "The pool holds twelve connections")
    one.keyboard.press("Control+Enter")
    expect(one.locator(f"{line} .prose")).to_have_text("The pool holds twelve connections")
    # The other's editor stays open while the line changes below it.
    other.fill(f"{line} textarea", "The pool holds ten connections on each node")
    other.wait_for_timeout(WITHIN_MS)
    assert other.input_value(f"{line} textarea") == "The pool holds ten connections on each node"
    other.keyboard.press("Control+Enter")
    expect(other.locator(f"{line} .conflict")).to_contain_text("Nothing of yours is lost")
    expect(other.locator(f"{line} .diff-words del").first).to_have_text("twelve")
    other.fill(f"{line} form[data-entry-edit] textarea", "The pool holds twelve connections on each node")
    other.locator(f"{line} form[data-entry-edit] button").first.click()
    expect(other.locator(f"{line} .prose")).to_have_text("The pool holds twelve connections on each node")
    # What waited while they wrote is older than what they saved.
    other.wait_for_timeout(WITHIN_MS)
    expect(other.locator(f"{line} .prose")).to_have_text("The pool holds twelve connections on each node")
    expect(one.locator(f"{line} .prose")).to_have_text(
        "The pool holds twelve connections on each node", timeout=WITHIN_MS
    )
    assert entry.revisions.count() == 2
    assert complaints == []


def test_who_may_no_longer_see_it_is_told(sign_in: SignIn, responder: User, outsider: User, incident: Incident) -> None:
    page = sign_in(outsider)
    page.goto(incident.get_absolute_url())
    page.fill(BOX, "Unsent")
    expect(page.locator("#live")).to_contain_text("Live")
    Incident.objects.filter(pk=incident.pk).update(is_private=True)
    expect(page.locator("#live")).to_contain_text("not shared with you any more", timeout=WITHIN_MS)
    assert page.input_value(BOX) == "Unsent"


def test_axe_finds_nothing(sign_in: SignIn, responder: User, teammate: User, incident: Incident) -> None:
    entry = make_entry(incident, responder, "The pool is ful", now=timezone.now())
    edit_entry(entry=entry, by=teammate, now=timezone.now(), version=1, body="The pool is full")
    set_key(entry=entry, is_key=True)
    page = sign_in(responder, color_scheme="dark")
    page.goto(f"{incident.get_absolute_url()}?view=story")
    page.hover(f"#{entry.anchor}")
    page.click(f"#{entry.anchor} .entry-more")
    expect(page.locator(f"#{entry.anchor} .menu-panel")).to_be_visible()
    assert axe.faults_in_both_themes(page) == []
    page.goto(f"{incident.get_absolute_url()}entries/{entry.pk}/")
    expect(page.locator(".corrections del").first).to_have_text("ful")
    assert axe.faults_in_both_themes(page) == []


def test_what_i_send_is_no_news_to_me(sign_in: SignIn, responder: User, teammate: User, incident: Incident) -> None:
    """The poll may bring my line before the answer to what I sent does; lines of others count all the same."""
    page = sign_in(responder)
    page.goto(incident.get_absolute_url())
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/entries/new/", lambda route: held.append((route, route.fetch())))
    log(page, "Rolled back to 118")
    mine = page.locator("#timeline .entry", has_text="Rolled back to 118")
    expect(mine).to_have_count(1, timeout=4 * WITHIN_MS)
    page.locator("#timeline .entry", has_text="Line number 3").last.scroll_into_view_if_needed()
    expect(mine).not_to_have_class(re.compile("is-new"))
    expect(page.locator("#live-news")).to_have_count(0)
    add_entry(incident=incident, by=teammate, now=timezone.now(), body="Errors are gone", kind="note")
    expect(page.locator("#live-news")).to_have_text("1 new line above", timeout=4 * WITHIN_MS)
    [(route, answer)] = held
    route.fulfill(response=answer)
    expect(page.locator("#waiting")).to_have_count(0)
    expect(page.locator("#live-news")).to_have_text("1 new line above")
    expect(mine).to_have_count(1)
