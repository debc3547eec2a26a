"""The diagnosis board in a real browser: by keyboard, by drag, and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from incidents.models import Forest, Incident
from incidents.services.snippets import add_snippet
from tests.journeys.conftest import PATIENCE_MS, SignIn
from tests.support.records import NOW, make_incident, make_step

expect.set_options(timeout=PATIENCE_MS)
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

FOLD = ".step-fold > details > summary"
LOG = "ERROR pool: worker lost its lease\nWARN health check is slow today\nINFO all is well again\n"


def order(incident: Incident) -> list[str]:
    words = dict(incident.steps.values_list("pk", "hypothesis"))
    return [f"{spot.number} {words[spot.pk]}" for spot in Forest.of(incident).reading_order()]


def number(page: Page, step: int) -> str:
    return f"#step-{step}-number"


def add_step(page: Page, hypothesis: str) -> None:
    page.focus("#step_hypothesis")
    page.keyboard.type(hypothesis)
    page.keyboard.press("Enter")
    expect(page.locator("#diagnosis .step-hypothesis", has_text=hypothesis)).to_be_visible()


def test_a_tree_is_built_decided_and_moved_by_keyboard(sign_in: SignIn, responder: User, complaints: list[str]) -> None:
    incident = make_incident(responder)
    page = sign_in(responder)
    page.goto(f"{incident.get_absolute_url()}diagnosis/")
    for hypothesis in ("The pool is full", "The disk is full", "The network drops packets"):
        add_step(page, hypothesis)
    pool, disk, network = incident.steps.values_list("pk", flat=True)

    page.focus(f"#step-{pool} .step-meta a[href*='parent=']")
    page.keyboard.press("Enter")
    page.locator(f"#check-{pool}").wait_for()
    page.keyboard.type("SHOW POOLS")
    page.keyboard.press("Enter")
    expect(page.locator(f"#step-{pool} > .steps .step-hypothesis")).to_have_text("SHOW POOLS")

    page.focus(f"#finding-{disk}")
    page.keyboard.type("40 % are free")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(FOLD)).to_have_text("1 ruled out")
    expect(page.locator(f"#step-{disk}")).to_be_hidden()

    page.focus(number(page, network))
    page.keyboard.press("Alt+Shift+ArrowUp")
    expect(page.locator(number(page, network))).to_have_text("Step 1")
    expect(page.locator(number(page, network))).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(number(page, pool))).to_be_focused()

    page.locator(f"#step-{network} [data-grip]").drag_to(page.locator(f"#step-{pool} > .step-card .step-meta"))
    expect(page.locator(f"#step-{pool} #step-{network}")).to_be_visible()
    assert order(incident) == [
        "1 The pool is full",
        "1.1 SHOW POOLS",
        "1.2 The network drops packets",
        "2 The disk is full",
    ]
    assert complaints == []


def test_a_line_is_marked_where_it_stands(sign_in: SignIn, responder: User, complaints: list[str]) -> None:
    incident = make_incident(responder)
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code=LOG, language="text")
    step = make_step(incident, responder)
    page = sign_in(responder)
    page.goto(f"{incident.get_absolute_url()}#snippet-{snippet.pk}-L2")
    page.click("text=What did this line do?")
    page.check("input[name=verdict][value=misleading]", force=True)
    page.select_option("select[name=step]", str(step.pk))
    page.click("text=Note it")
    expect(page.locator("#log-notes .log-note-misleading")).to_contain_text("health check is slow")
    expect(page.locator(f"#snippet-{snippet.pk}-L2")).to_contain_text("Misleading")
    assert complaints == []


def test_the_same_without_javascript(sign_in: SignIn, responder: User) -> None:
    incident = make_incident(responder)
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code=LOG, language="text", filename="pool.log")
    step, disk = make_step(incident, responder), make_step(incident, responder, "The disk is full")
    page = sign_in(responder, java_script_enabled=False)
    page.goto(incident.get_absolute_url())
    page.fill(f"#finding-{disk.pk}", "40 % are free")
    page.click(f"#step-{disk.pk} .outcome-form button[value=ruled_out]")
    expect(page.locator(FOLD)).to_have_text("1 ruled out")
    page.click(FOLD)
    expect(page.locator(f"#step-{disk.pk}")).to_contain_text("40 % are free")

    page.goto(f"{incident.get_absolute_url()}steps/{disk.pk}/move/")
    page.select_option("select[name=where]", f"under:{step.pk}")
    page.click("text=Move the step")
    assert order(incident) == ["1 The pool is empty", "1.1 The disk is full"]

    page.goto(f"{incident.get_absolute_url()}steps/{step.pk}/evidence/")
    page.select_option("select[name=source]", f"snippet:{snippet.pk}")
    page.fill("input[name=lines]", "1-2")
    page.fill("textarea[name=meaning]", "The lease is lost first")
    page.click("text=Add the evidence")
    expect(page.locator(f"#step-{step.pk} .step-proof")).to_contain_text("The lease is lost first")

    page.click("text=Mark a line")
    page.click(f"#snippet-{snippet.pk}-L2 .ln")
    page.click("text=Note it")
    expect(page.locator("#log-notes")).to_contain_text("health check is slow")
