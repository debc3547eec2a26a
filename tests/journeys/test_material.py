"""Code and pictures in a real browser: lines chosen, copied and linked; pictures zoomed, compared, drawn on a copy."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from accounts.models import User
from hindsight.lib.files import FileStore
from incidents.models import Attachment, Incident
from incidents.previews import ensure_preview
from incidents.services.attachments import attach
from incidents.services.snippets import add_snippet
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.pictures import terminal
from tests.support.records import NOW, make_incident

pytestmark = pytest.mark.django_db(transaction=True)
LOG = "".join(f"{number} worker says\u00a0{number * 7}\n" for number in range(1, 121))


@pytest.fixture(autouse=True)
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file store of the journey's own."""
    monkeypatch.setattr("hindsight.lib.files.default_root", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


def attached(incident: Incident, by: User, theme: str) -> Attachment:
    data = ContentFile(terminal(theme=theme))
    # The gallery has them in the order in which they came.
    now = NOW + timedelta(minutes=incident.attachments.count())
    row = attach(incident=incident, by=by, now=now, upload=data, filename=f"{theme}.png", caption=f"In {theme}")
    ensure_preview(row)
    return row


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_lines_of_code(sign_in: SignIn, responder: User, incident: Incident, complaints: list[str]) -> None:
    snippet = add_snippet(incident=incident, by=responder, now=NOW, code=LOG, filename="worker.log", language="log")
    page = sign_in(responder, permissions=["clipboard-read", "clipboard-write"])
    page.goto(incident.get_absolute_url())
    code = page.locator(f"#{snippet.anchor}")
    expect(code.locator(".line")).to_have_count(40)

    # Folded lines unfold in place, and nobody leaves the page.
    code.get_by_role("link", name="Show all 120 lines").click()
    expect(code.locator(".line")).to_have_count(120)
    expect(page).to_have_url(re.compile(rf"{incident.get_absolute_url()}$"))

    # A click, then Shift and a click.
    page.locator(f"#{snippet.anchor}-L50 .ln").click()
    page.locator(f"#{snippet.anchor}-L52 .ln").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(rf"#{snippet.anchor}-L50-L52$"))
    expect(code.locator(".line.is-hit")).to_have_count(3)
    code.get_by_role("button", name="Copy lines 50 to 52").click()
    expect(page.locator(".toast")).to_contain_text("3 hidden characters")
    assert clipboard(page) == "".join(LOG.splitlines(keepends=True)[49:52])

    # By keyboard, and the link leads there with and without scripts.
    page.keyboard.press("Escape")
    page.locator(f"#{snippet.anchor}-L50 .ln").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowDown")
    expect(code.locator(".line.is-hit")).to_have_count(2)
    code.get_by_role("button", name="Copy the link to lines 50 to 51").click()
    expect(page.locator(".toast").last).to_contain_text("The link is copied.")
    link = clipboard(page)
    assert link.endswith(f"snippets/{snippet.pk}/?lines=50-51#{snippet.anchor}-L50")
    for options in ({}, {"java_script_enabled": False}):
        other = sign_in(responder, **options)
        other.goto(link)
        expect(other.locator(".line.is-hit")).to_have_count(2)
        expect(other.locator(f"#{snippet.anchor}-L50")).to_be_in_viewport()

    # Wrapping is remembered.
    code.get_by_role("button", name="Wrap long lines").click()
    page.reload()
    expect(code.get_by_role("button", name="Wrap long lines")).to_have_attribute("aria-pressed", "true")
    assert complaints == []


def test_pictures_by_keyboard(sign_in: SignIn, responder: User, incident: Incident, complaints: list[str]) -> None:
    first, second = attached(incident, responder, "dark"), attached(incident, responder, "light")
    before = FileStore().path(first.path).read_bytes()
    page = sign_in(responder)
    page.goto(f"{incident.get_absolute_url()}pictures/")

    # Large over the page: zoom, the next one, back to where it was.
    opener = page.locator(f"#{first.anchor} a[data-zoom]")
    opener.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog")
    expect(viewer.get_by_role("heading", name=first.caption)).to_be_visible()
    image = viewer.locator("img")
    fitted = int(image.get_attribute("width") or 0)
    for key in ("+", "+", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert int(image.get_attribute("width") or 0) > fitted * 1.4
    page.keyboard.press("0")
    expect(image).to_have_attribute("width", str(fitted))
    for key in ("PageDown", "PageUp"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(opener).to_be_focused()

    # Two beside each other, then one over the other, by a slider that keys move.
    for box in page.locator(".gallery-pick input").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare two").press("Enter")
    expect(page.locator(".compare-side img")).to_have_count(2)
    page.get_by_role("link", name="Slider").press("Enter")
    page.get_by_role("slider").press("End")
    expect(page.locator("[data-compare]")).to_have_attribute("style", re.compile("--at: 100%"))

    # A box by its numbers and an arrow by hand, one step back and forth, on a copy.
    page.goto(f"{incident.get_absolute_url()}pictures/{first.pk}/draw/")
    page.get_by_role("button", name="Box", exact=True).press("Enter")
    expect(page.locator("[name=x1]").first).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("20")
    page.get_by_role("button", name="Arrow", exact=True).click()
    over = page.locator(".drawing-over")
    edges = over.bounding_box()
    assert edges is not None
    page.mouse.move(edges["x"] + 300, edges["y"] + 150)
    page.mouse.down()
    page.mouse.move(edges["x"] + 120, edges["y"] + 60, steps=4)
    page.mouse.up()
    expect(page.locator("[data-shape]")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-shape]")).to_have_count(1)
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("[data-shape]")).to_have_count(2)
    page.get_by_role("button", name="Save the copy").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(first.caption)
    expect(page.get_by_role("link", name=f"Drawn on {first.filename}")).to_be_visible()

    copy = Attachment.objects.get(drawn_from=first)
    shapes = copy.drawn_shapes or []
    assert [shape["kind"] for shape in shapes] == ["box", "arrow"]
    assert shapes[0]["x1"] == 20
    assert FileStore().path(first.path).read_bytes() == before
    assert Attachment.objects.get(pk=second.pk).drawn_from is None
    assert complaints == []


def test_pictures_without_scripts(sign_in: SignIn, responder: User, incident: Incident) -> None:
    first = attached(incident, responder, "dark")
    attached(incident, responder, "light")
    page = sign_in(responder, java_script_enabled=False)
    page.goto(f"{incident.get_absolute_url()}pictures/")
    page.locator(f"#{first.anchor} a[data-zoom]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(first.caption)
    page.get_by_role("link", name="Draw on a copy").click()
    page.get_by_role("button", name="Box", exact=True).click()
    expect(page.locator("[data-shape]")).to_have_count(1)
    page.get_by_role("button", name="Save the copy").click()
    expect(page.get_by_role("link", name="Drawn on dark.png")).to_be_visible()


def test_nothing_for_axe(sign_in: SignIn, responder: User, incident: Incident) -> None:
    code = "--- a/pay.py\n+++ b/pay.py\n@@ -1,2 +1,2 @@\n def pay():  # now\n-    return 1\n+    return '2\u202e'\n"
    colours = "".join(f"\x1b[{ink};{ground}mwords\x1b[0m " for ink in range(30, 38) for ground in (0, 41, 42, 43, 44))
    snippets = [add_snippet(incident=incident, by=responder, now=NOW, code=each) for each in (code, colours)]
    first = attached(incident, responder, "dark")
    attached(incident, responder, "light")
    page = sign_in(responder, color_scheme="dark", viewport={"width": 390, "height": 844})
    pictures = f"{incident.get_absolute_url()}pictures/"
    addresses = [
        *(f"{incident.get_absolute_url()}snippets/{snippet.pk}/?lines=2-3" for snippet in snippets),
        pictures,
        f"{pictures}{first.pk}/",
        f"{pictures}{first.pk}/draw/",
        f"{pictures}compare/?how=slider",
    ]
    found = []
    for address in addresses:
        page.goto(address)
        if address.endswith("draw/"):
            page.get_by_role("button", name="Box", exact=True).press("Enter")
        found += axe.faults_in_both_themes(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(pictures)
    page.locator("a[data-zoom]").first.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += axe.faults_in_both_themes(page, "dialog.viewer")
    assert found == []
