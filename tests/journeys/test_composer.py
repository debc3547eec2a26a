"""The composer in a real browser: pasting, working without a connection, a session that ends, and no script at all."""

import re
import time

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.models import User
from incidents.models import Incident
from tests.journeys.conftest import SignIn
from tests.support import axe
from tests.support.personas import PASSWORD
from tests.support.records import make_incident

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BOX = "#composer textarea[name=body]"
PYTHON = "import redis\n\ndef connect(pool):\n    lease = pool.acquire(timeout=3)\n    return lease\n"
# A picture in the clipboard of the system, as a screenshot tool leaves it there.
COPY_PICTURE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
  const context = canvas.getContext("2d");
  context.fillStyle = "teal"; context.fillRect(0, 0, 320, 200);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""
DROP = """async ([selector, files]) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) data.items.add(new File([text], name, { type }));
  const target = document.querySelector(selector);
  const options = { dataTransfer: data, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, options));
}"""


@pytest.fixture
def incident(responder: User) -> Incident:
    return make_incident(responder)


@pytest.fixture
def page(sign_in: SignIn, responder: User, incident: Incident) -> Page:
    opened = sign_in(responder, permissions=["clipboard-read", "clipboard-write"])
    opened.goto(incident.get_absolute_url())
    return opened


def bodies(incident: Incident) -> list[str]:
    """What the notes say, in the order in which they were written down."""
    return [body for body in incident.entries.order_by("pk").values_list("body", flat=True) if body]


def write(page: Page, text: str) -> None:
    page.fill(BOX, text)
    page.press(BOX, "Control+Enter")


def paste_text(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.focus(BOX)
    page.keyboard.press("Control+V")


def test_a_picture_in_the_clipboard_is_a_line_in_no_time(page: Page, incident: Incident, complaints: list[str]) -> None:
    page.evaluate(COPY_PICTURE)
    page.fill(BOX, "half a sentence")
    started = time.monotonic()
    page.keyboard.press("Control+V")
    picture = page.locator("#timeline .figure img")
    expect(picture).to_be_visible()
    took = time.monotonic() - started
    page.wait_for_function("() => document.querySelector('#timeline .figure img').naturalWidth > 0")
    attachment = incident.attachments.get()
    assert re.fullmatch(r"pasted-\S+\.png", attachment.filename)
    assert took < 3, f"visible after {took:.1f} s"
    # What was being written stays, and nothing was loaded anew.
    expect(page.locator(BOX)).to_have_value("half a sentence")
    expect(page.locator("#waiting")).to_have_count(0)
    assert complaints == []


def test_several_files_go_up_each_alone_and_what_fails_is_tried_again(page: Page, incident: Incident) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=500, body="broken")

    page.route("**/entries/new/", fail)
    page.evaluate(
        DROP, ["#composer", [["a.bin", "application/octet-stream", "one"], ["b.zip", "application/zip", "two"]]]
    )
    waiting = page.locator("#waiting .entry-waiting.is-refused")
    expect(waiting).to_have_count(2)
    page.unroute("**/entries/new/")
    # A button that somebody may be pressing stays the same one while another row changes.
    second = waiting.nth(1).get_by_role("button", name="Try again").element_handle()
    waiting.first.get_by_role("button", name="Try again").click()
    expect(waiting).to_have_count(1)
    assert second.evaluate("(button) => button.isConnected")
    waiting.first.get_by_role("button", name="Try again").click()
    expect(page.locator("#waiting")).to_have_count(0)
    expect(page.locator("#timeline .file")).to_have_count(2)
    assert {file.filename for file in incident.attachments.all()} == {"a.bin", "b.zip"}


def test_a_file_over_the_limit_is_told_before_it_is_sent(page: Page, incident: Incident) -> None:
    page.eval_on_selector("#composer", "(form) => { form.dataset.limit = '4'; }")
    page.set_input_files("#composer input[type=file]", {"name": "dump.bin", "mimeType": "x/y", "buffer": b"12345"})
    expect(page.locator("#toasts")).to_contain_text("setting UPLOAD_MAX_MB")
    assert not incident.attachments.exists()


def test_pasted_code_becomes_a_snippet_or_stays_text(page: Page, incident: Incident) -> None:
    paste_text(page, PYTHON)
    card = page.locator(".composer-card")
    expect(card.get_by_label("Language")).to_have_value("python")
    card.get_by_label("Language").select_option("ruby")
    card.get_by_label("File name").fill("pool.rb")
    write(page, "This is where it hangs")
    expect(page.locator("#timeline figure.code")).to_contain_text("pool.rb")
    snippet = incident.snippets.get()
    assert (snippet.code, snippet.language, snippet.filename) == (PYTHON, "ruby", "pool.rb")
    assert snippet.entry is not None
    assert snippet.entry.body == "This is where it hangs"
    expect(card).to_have_count(0)
    paste_text(page, PYTHON)
    card.get_by_role("button", name="Keep as text").click()
    expect(page.locator(BOX)).to_have_value(PYTHON)
    page.evaluate(DROP, ["#composer", [["worker.log", "text/plain", "one\ntwo\n"]]])
    expect(card.get_by_label("File name")).to_have_value("worker.log")
    card.get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)


def test_commands_are_completed_foreseen_and_done(page: Page, incident: Incident) -> None:
    page.focus(BOX)
    page.keyboard.type("/hy")
    box, offered = page.locator(BOX), page.get_by_role("listbox", name="Commands")
    expect(offered).to_be_visible()
    expect(box).to_have_attribute("aria-activedescendant", "composer-command-hypothesis")
    page.keyboard.press("Tab")
    page.keyboard.type("The pool is empty")
    page.keyboard.press("Enter")
    page.keyboard.type("/r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("graphs are fine")
    expect(box).to_have_value("/hypothesis The pool is empty\n/red-herring graphs are fine")
    expect(page.locator(".composer-plan")).to_contain_text("“The pool is empty” becomes a red herring")
    page.keyboard.press("Enter")
    page.keyboard.type("/")
    page.keyboard.press("Escape")
    expect(offered).to_be_hidden()
    page.keyboard.press("Backspace")
    # What may stand behind a command is offered too; nothing is asked for where free words stand.
    page.keyboard.type("/sev ")
    behind = page.get_by_role("listbox", name="For /sev")
    expect(behind.get_by_role("option")).to_have_count(3)
    expect(box).to_have_attribute("aria-activedescendant", "composer-offer-0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(behind).to_have_count(0)
    expect(box).to_have_value(re.compile(r"\n/sev 2$"))
    page.keyboard.press("Enter")
    page.keyboard.type("/lead ")
    people = page.get_by_role("listbox", name="For /lead")
    expect(people.get_by_role("option").first).to_contain_text("me")
    page.keyboard.press("Escape")
    expect(people).to_have_count(0)
    page.keyboard.type("me")
    expect(page.locator(".composer-plan")).to_contain_text("leads")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Red herring")
    assert incident.steps.get().outcome == "red_herring"


def test_a_slip_brings_the_text_back_with_the_reason(page: Page, incident: Incident) -> None:
    write(page, "Users see 502\n/statsu resolved")
    expect(page.locator(".composer-fault")).to_contain_text("Did you mean /status?")
    expect(page.locator(BOX)).to_have_value("Users see 502\n/statsu resolved")
    write(page, "10m ago\nUsers see 502\n/status resolved")
    expect(page.locator("#timeline")).to_contain_text("Users see 502")
    expect(page.locator(".composer-fault")).to_have_count(0)
    incident.refresh_from_db()
    assert incident.status == "resolved"


def test_the_time_chip_and_its_removal(page: Page) -> None:
    page.fill(BOX, "yesterday 23:10\nAlerts began")
    chip = page.locator(".composer-time")
    expect(chip).to_contain_text("23:10")
    chip.get_by_role("button").click()
    expect(page.locator(BOX)).to_have_value("Alerts began")
    expect(chip).to_have_count(0)
    # Before words of the same line it is the time as well; taken away it is text.
    page.fill(BOX, "yesterday 23:10 alerts began")
    expect(chip).to_contain_text("23:10: “alerts began”")
    chip.get_by_role("button", name="The time is text").click()
    expect(page.locator(BOX)).to_have_value("\\yesterday 23:10 alerts began")
    expect(chip).to_have_count(0)
    page.press(BOX, "Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("yesterday 23:10 alerts began")


def test_markdown_by_keys_and_its_preview(page: Page) -> None:
    page.fill(BOX, "slow")
    page.press(BOX, "Control+A")
    page.press(BOX, "Control+b")
    expect(page.locator(BOX)).to_have_value("**slow**")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".composer-preview strong")).to_have_text("slow")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(BOX)).to_be_focused()


def test_without_connection_it_waits_and_is_sent_in_order_once(
    page: Page, incident: Incident, contexts: list[BrowserContext]
) -> None:
    before = len(bodies(incident))
    contexts[0].set_offline(True)
    for text in ("first", "second", "third"):
        write(page, text)
        expect(page.locator(BOX)).to_have_value("")
    page.evaluate(DROP, ["#composer", [["dump.bin", "application/octet-stream", "evidence"]]])
    waiting = page.locator("#waiting .entry-waiting")
    expect(waiting).to_have_count(4)
    expect(waiting.first).to_contain_text("kept in this browser")
    waiting.nth(1).get_by_role("button", name="Discard").click()
    expect(waiting).to_have_count(3)
    # The header says so on every page.
    expect(page.locator(".site-header .unsent-mark")).to_have_text("3 not sent")
    # Signing out asks first.
    expect(page.locator("form[data-logout]")).to_have_attribute("data-confirm", re.compile("3 entries are not sent"))
    assert len(bodies(incident)) == before
    contexts[0].set_offline(False)
    expect(page.locator("#waiting")).to_have_count(0)
    expect(page.locator(".unsent-mark")).to_have_count(0)
    assert bodies(incident)[before:] == ["first", "third"]
    assert incident.attachments.get().filename == "dump.bin"
    expect(page.locator("form[data-logout]")).not_to_have_attribute("data-confirm", re.compile("."))


def test_what_waits_survives_a_closed_tab_and_a_lost_answer(
    page: Page, incident: Incident, contexts: list[BrowserContext]
) -> None:
    """The server did it, its answer got lost, the tab died: another tab sends it again, and it is there once."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    contexts[0].route("**/entries/new/", lose)
    write(page, "Rolled back to 118")
    expect(page.locator("#waiting .is-waiting")).to_contain_text("No connection")
    assert bodies(incident).count("Rolled back to 118") == 1
    page.close()
    contexts[0].unroute("**/entries/new/")
    again = contexts[0].new_page()
    sent: list[int] = []
    again.on("response", lambda answer: sent.append(answer.status) if answer.url.endswith("/entries/new/") else None)
    again.goto("/")
    again.wait_for_function("async () => (await indexedDB.databases()).length > 0")
    again.goto(incident.get_absolute_url())
    expect(again.locator("#timeline")).to_contain_text("Rolled back to 118")
    expect(again.locator("#waiting")).to_have_count(0)
    assert bodies(incident).count("Rolled back to 118") == 1


def test_what_the_browser_can_not_keep_is_sent_all_the_same(page: Page, incident: Incident) -> None:
    full = "throw new DOMException('', 'QuotaExceededError')"
    page.evaluate(f"() => {{ IDBObjectStore.prototype.put = () => {{ {full}; }}; }}")
    write(page, "The disk of this laptop is full too")
    expect(page.locator("#timeline")).to_contain_text("The disk of this laptop is full too")
    expect(page.locator("#waiting")).to_have_count(0)
    assert bodies(incident).count("The disk of this laptop is full too") == 1


def test_a_server_that_is_away_for_a_while(page: Page, incident: Incident) -> None:
    page.route("**/entries/new/", lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, body="busy"))
    write(page, "Seen during the restart")
    expect(page.locator("#waiting .is-waiting")).to_contain_text("The server is not answering")
    page.unroute("**/entries/new/")
    expect(page.locator("#timeline")).to_contain_text("Seen during the restart")
    assert bodies(incident).count("Seen during the restart") == 1


def test_a_session_that_ends_asks_for_the_password_and_sends(page: Page, incident: Incident, responder: User) -> None:
    page.fill(BOX, "Typed before the session ended")
    Session.objects.all().delete()
    page.press(BOX, "Control+Enter")
    page.evaluate(DROP, ["#composer", [["core.bin", "application/octet-stream", "dump"]]])
    dialog = page.locator("#session-over")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_label("User name")).to_have_value(responder.username)
    expect(dialog.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("Typed before the session ended")
    expect(page.locator("#timeline .file")).to_contain_text("core.bin")
    expect(page.locator("#waiting")).to_have_count(0)
    assert bodies(incident).count("Typed before the session ended") == 1


def test_a_token_that_changed_in_another_tab(page: Page, incident: Incident, contexts: list[BrowserContext]) -> None:
    contexts[0].clear_cookies(name="csrftoken")
    write(page, "Sent with an old token")
    expect(page.locator("#timeline")).to_contain_text("Sent with an old token")


def test_what_is_typed_is_a_draft_within_two_seconds(page: Page, incident: Incident) -> None:
    page.focus(BOX)
    page.keyboard.type("Not yet sent")
    paste_text(page, PYTHON)
    page.wait_for_function(
        "() => Object.entries(localStorage).some(([key, value]) => key.includes('-log') && value.includes('redis'))",
        timeout=2_000,
    )
    page.reload()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(BOX)).to_have_value("Not yet sent")
    expect(page.locator(".composer-card [data-card=code]")).to_have_value(PYTHON)


def test_without_script(sign_in: SignIn, responder: User, incident: Incident) -> None:
    page = sign_in(responder, java_script_enabled=False)
    page.goto(incident.get_absolute_url())
    page.fill(BOX, "/hypothesis The pool is empty\n/sev 1")
    page.click("#composer button[type=submit]")
    expect(page.locator("#diagnosis")).to_contain_text("The pool is empty")
    page.fill(BOX, "/sevv 1")
    page.click("#composer button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean /sev?")
    expect(page.locator(BOX)).to_have_value("/sevv 1")
    # The session ends; the text is carried through the sign-in.
    page.fill(BOX, "Typed without script")
    Session.objects.all().delete()
    page.click("#composer button[type=submit]")
    page.fill("[name=login]", responder.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator("#timeline")).to_contain_text("Typed without script")
    assert bodies(incident).count("Typed without script") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_for_axe(
    sign_in: SignIn, responder: User, incident: Incident, width: int, contexts: list[BrowserContext]
) -> None:
    page = sign_in(responder, color_scheme="dark", viewport={"width": width, "height": 844})
    page.goto(incident.get_absolute_url())
    page.focus(BOX)
    page.evaluate(DROP, ["#composer", [["worker.py", "text/plain", PYTHON]]])
    page.keyboard.type("14:05\n/sev 9\n/ru")
    expect(page.locator(".composer-time")).to_be_visible()
    assert axe.faults_in_both_themes(page, "#log") == []
    contexts[0].set_offline(True)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#waiting .is-waiting")).to_be_visible()
    assert axe.faults_in_both_themes(page, "#log") == []
    overflow = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


@pytest.mark.parametrize("name", ["Add", "Attach", "Preview"])
def test_a_thumb_hits_it(sign_in: SignIn, responder: User, incident: Incident, name: str) -> None:
    page = sign_in(responder, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(incident.get_absolute_url())
    page.tap(BOX)
    target = (
        page.locator("#composer .button", has_text=name)
        if name != "Preview"
        else page.get_by_role("button", name="Preview")
    )
    box = target.first.bounding_box()
    assert box is not None
    assert (box["height"] >= 44, box["width"] >= 44) == (True, True)
    assert box["y"] > 422
