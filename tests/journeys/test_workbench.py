"""The incident's page by keyboard: declare, walk, correct, go, hand over, choose rows; and it reads well for all."""

import time

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.models import Incident
from incidents.services.changes import judge, report
from incidents.services.links import link
from incidents.services.roles import assign_role
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.records import NOW, make_entry, make_incident, make_step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


@pytest.fixture
def incident(responder: User) -> Incident:
    """One with an answer to each of a late joiner's questions."""
    row = make_incident(responder, services=["checkout"], lead=responder)
    make_entry(row, responder, "First line")
    make_entry(row, responder, "Second line")
    make_step(row, responder, "The pool is empty", outcome="confirmed")
    make_step(row, responder, "The network drops packets", outcome="ruled_out")
    make_step(row, responder, "A leak after time-outs")
    assign_role(incident=row, role="scribe", person=responder, by=responder, now=NOW)
    change, _ = report(by=responder, now=NOW, fields={"title": "checkout 1.4.2", "at": NOW, "service": "checkout"})
    judge(incident=row, change=change, verdict="suspect", by=responder, now=NOW)
    link(source=make_incident(responder, title="Repeated"), target=row, kind="duplicate", by=responder, now=NOW)
    return row


def test_declared_by_keyboard_from_any_page_in_ten_seconds(responder: User, sign_in: SignIn) -> None:
    page = sign_in(responder)
    for start in ("/services/", "/postmortems/"):
        page.goto(start)
        began = time.monotonic()
        page.keyboard.press("n")
        expect(page.locator("#id_title")).to_be_focused()
        page.keyboard.type(f"Checkout answers 502, seen from {start}")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout answers 502")
        assert time.monotonic() - began < 10
    assert Incident.objects.count() == 2


def test_walking_correcting_composing_and_going(responder: User, incident: Incident, sign_in: SignIn) -> None:
    page = sign_in(responder)
    page.goto(incident.get_absolute_url())
    expect(page.locator("#glance")).to_be_visible()
    page.keyboard.press("j")
    lines = page.locator(".timeline > .entry")
    expect(lines.first.locator(".entry-when a")).to_be_focused()
    page.keyboard.press("j")
    expect(lines.nth(1).locator(".entry-when a")).to_be_focused()
    page.keyboard.press("k")
    expect(lines.first.locator(".entry-when a")).to_be_focused()
    page.keyboard.press("c")
    box = page.locator("#composer textarea[name=body]")
    expect(box).to_be_focused()
    page.keyboard.type("jkge?n")
    expect(box).to_have_value("jkge?n")
    box.fill("")
    line = page.locator(".entry", has_text="Second line")
    line.locator(".entry-when a").focus()
    page.keyboard.press("e")
    expect(page.locator("textarea", has_text="Second line")).to_be_focused()
    # Nobody is left without focus: not who changes their mind, and not who saves.
    page.keyboard.press("Escape")
    expect(line.locator(".entry-correct")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("textarea", has_text="Second line")).to_be_focused()
    page.keyboard.type(", corrected")
    page.keyboard.press("Control+Enter")
    expect(line.locator(".prose")).to_have_text("Second line, corrected")
    expect(line.locator(".entry-correct")).to_be_focused()
    page.locator("a[data-part]", has_text="Story").press("Enter")
    expect(page.locator("a[data-part][aria-current]")).to_have_text("Story")
    expect(page.locator("a[data-part][aria-current]")).to_be_focused()
    for key, place in (("i", "/incidents/"), ("p", "/postmortems/"), ("s", "/search/"), ("l", "/")):
        page.goto("/services/")
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{place}**")


def test_help_lists_the_keys_and_switches_them_off(responder: User, sign_in: SignIn) -> None:
    page = sign_in(responder)
    page.goto("/incidents/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert {link.inner_text() for link in dialog.locator("[data-go]").all()} >= {"Incidents", "Postmortems"}
    dialog.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/incidents/")
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_label("Single keys work").check()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/incidents/new/")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_five_questions_are_answered_on_the_first_screen(
    size: tuple[int, int], responder: User, incident: Incident, sign_in: SignIn
) -> None:
    page = sign_in(responder, viewport={"width": size[0], "height": size[1]})
    page.goto(incident.get_absolute_url())
    glance = page.locator("#glance")
    for words in ("The pool is empty", "The network", "Lead responder", "checkout 1.4.2", "A leak after time-outs"):
        place = glance.get_by_text(words).first
        expect(place).to_be_visible()
        assert is_on_top(page, place), words


def is_on_top(page: Page, place: object) -> bool:
    """Whether it lies on the screen, under no bar."""
    return bool(
        place.evaluate(  # type: ignore[attr-defined]  # a locator
            """(element) => {
                const box = element.getBoundingClientRect();
                const hit = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
                return box.top >= 0 && box.bottom <= innerHeight && (element.contains(hit) || hit.contains(element));
            }"""
        )
    )


def test_one_click_judges_a_change_in_place(responder: User, incident: Incident, sign_in: SignIn) -> None:
    page = sign_in(responder)
    page.goto(reverse("incident_changes", args=[incident.number]))
    page.get_by_role("button", name="Culprit").click()
    expect(page.locator(".change .verdict-culprit")).to_be_visible()
    page.goto(incident.get_absolute_url())
    expect(page.locator("#incident_header .verdict-culprit")).to_contain_text("checkout 1.4.2")


def test_the_hand_over_is_copied(responder: User, incident: Incident, sign_in: SignIn) -> None:
    page = sign_in(responder, permissions=["clipboard-read", "clipboard-write"])
    page.goto(reverse("incident_handover", args=[incident.number]))
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    for words in ("## Known", "The pool is empty", "## Ruled out", "The network", "Scribe: responder", "Suspect"):
        assert words in text


@pytest.mark.parametrize("scripts", [True, False])
def test_tags_of_several_rows(scripts: bool, responder: User, sign_in: SignIn) -> None:
    rows = [make_incident(responder, title=f"Trouble {n}") for n in range(4)]
    page = sign_in(responder, java_script_enabled=scripts)
    page.goto("/incidents/")
    boxes = page.locator(".row-pick")
    boxes.first.check()
    if scripts:
        boxes.nth(2).click(modifiers=["Shift"])
        expect(page.locator("[data-bulk-count]")).to_have_text("3 ticked")
    else:
        boxes.nth(1).check()
        boxes.nth(2).check()
    page.get_by_role("button", name="Edit tags and services").click()
    page.get_by_label("Add tags").fill("pool")
    page.get_by_role("button", name="Change them all").click()
    expect(page.get_by_text("3 incidents changed.")).to_be_visible()
    assert sum(row.tags.filter(name="pool").exists() for row in rows) == 3


def test_two_become_one(responder: User, incident: Incident, sign_in: SignIn) -> None:
    other = make_incident(responder, title="The same again")
    line = make_entry(other, responder, "A line of the other")
    page = sign_in(responder)
    page.goto(reverse("incident_merge", args=[other.number]))
    page.get_by_label("Merge it into").fill(incident.label)
    page.get_by_role("button", name="Show what would move").click()
    expect(page.get_by_text("Lines of the timeline")).to_be_visible()
    page.get_by_role("button", name=f"Merge {other.label} into {incident.label}").click()
    page.wait_for_url(f"**{incident.get_absolute_url()}")
    page.goto(f"{other.get_absolute_url()}#{line.anchor}")
    page.wait_for_url(f"**{incident.get_absolute_url()}#{line.anchor}")
    expect(page.locator(f"#{line.anchor}")).to_contain_text("A line of the other")


def test_axe_finds_nothing(responder: User, incident: Incident, sign_in: SignIn) -> None:
    page = sign_in(responder, color_scheme="dark")
    names = ("incident_detail", "incident_changes", "incident_links", "incident_roles", "incident_handover")
    addresses = [reverse(name, args=[incident.number]) for name in names]
    addresses += [
        f"{reverse('incident_merge', args=[incident.number])}?into=1",
        "/incidents/",
        "/incidents/bulk/?row=1:1",
    ]
    found = []
    for address in addresses:
        page.goto(address)
        found += axe.faults_in_both_themes(page)
    assert not found, "\n".join(found)
