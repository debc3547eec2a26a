"""What the base script does, in a real browser, on the living guide and on forms of its own."""

import mimetypes
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.contrib.staticfiles.finders import find
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, expect

from accounts.models import Role, User
from tests.support import axe

pytestmark = pytest.mark.journey

Open = Callable[..., Page]

FORM = """{% extends "base.html" %}{% block content %}<h1>Form</h1>
<form method="post" action="/saved/" data-draft="note" data-paste-target>
<input type="hidden" name="once" value="x">
<label>Text <textarea name="text" id="text"></textarea></label>
<label>Secret <input name="secret" data-draft-skip id="secret"></label>
<input type="file" name="files" multiple aria-label="Files"><div class="previews"></div><button>Save</button>
</form>
<form method="post" action="/deleted/" data-confirm="Delete it?" data-confirm-yes="Delete">
<button id="delete">Delete</button></form>{% endblock %}"""


class Answers(BaseHTTPRequestHandler):
    """Answers with the server's pages by path ("303 /there/" redirects) and with static files."""

    server: "PageServer"

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if page := self.server.pages.get(path, ""):
            self._answer(page)
        elif path.startswith("/static/") and (file := find(path.removeprefix("/static/"))):
            self._send(200, Path(str(file)).read_bytes(), mimetypes.guess_type(path)[0] or "text/plain")
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _answer(self, page: str) -> None:
        if page.startswith("303 "):
            self.send_response(303)
            self.send_header("Location", page[4:])
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(200, page.encode(), "text/html; charset=utf-8")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class PageServer(ThreadingHTTPServer):
    """A server of a few pages, for one test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.pages: dict[str, str] = {}


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def served(server: PageServer) -> dict[str, str]:
    """The pages by path; a test adds its own."""
    server.pages |= {
        "/saved/": "<!doctype html><title>Saved</title>",
        "/deleted/": "<!doctype html><title>Deleted</title>",
    }
    return server.pages


@pytest.fixture
def open_page(browser: Browser, server: PageServer, served: dict[str, str]) -> Iterator[Open]:
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
    )

    def open_page(html: str, *, path: str = "/page/") -> Page:
        served[path] = html
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    context.close()


def draw(name: str, *, pk: int = 1, role: Role = Role.RESPONDER, theme: str = "light") -> str:
    """A template as this person sees it; `name` may be the template's text."""
    request = RequestFactory().get("/incidents/")
    request.user = User(pk=pk, username=f"person-{pk}", role=role, theme=theme)
    context = {"request": request, "csrf_token": "token"}
    if name.endswith(".html"):
        return render_to_string(name, context)
    return str(engines["django"].from_string(name).render(context))


def test_the_guide_has_no_fault_that_axe_finds(open_page: Open) -> None:
    page = open_page(draw("design.html", theme="system"))
    assert axe.faults_in_both_themes(page) == []


@pytest.mark.parametrize("width", [360, 768, 1440, 2560])
def test_nothing_is_wider_than_the_screen(open_page: Open, width: int) -> None:
    page = open_page(draw("design.html"))
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_targets_are_large_enough_for_a_thumb(open_page: Open) -> None:
    page = open_page(draw("404.html"))
    page.set_viewport_size({"width": 360, "height": 740})
    for target in page.locator(".site-nav a, .site-header .button, .site-header input[type=search]").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_the_slash_goes_to_search(open_page: Open) -> None:
    page = open_page(draw("404.html"))
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search past incidents")).to_be_focused()
    expect(page.get_by_role("combobox", name="Search past incidents")).to_have_value("")


def test_n_declares(open_page: Open, served: dict[str, str]) -> None:
    served["/incidents/new/"] = "<!doctype html><title>Declare</title>"
    page = open_page(draw("404.html"))
    page.keyboard.press("n")
    expect(page).to_have_title("Declare")


def test_keys_are_letters_while_one_types(open_page: Open) -> None:
    page = open_page(draw(FORM))
    page.locator("#text").press_sequentially("n/?")
    expect(page.locator("#text")).to_have_value("n/?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_with_a_modifier_are_the_browsers(open_page: Open) -> None:
    page = open_page(draw("404.html"))
    page.keyboard.press("Control+n")
    expect(page).to_have_url("/page/")


def test_the_question_mark_lists_the_keys(open_page: Open) -> None:
    page = open_page(draw("404.html"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def kept_text(page: Page) -> None:
    """Types into the form, and waits until the browser has kept it."""
    page.locator("#text").fill("half a thought")
    page.locator("#secret").fill("hunter2")
    page.wait_for_function("Object.keys(localStorage).length > 0", timeout=2000)


def test_a_draft_is_offered_back_and_fits(open_page: Open) -> None:
    page = open_page(draw(FORM))
    kept_text(page)
    assert "hunter2" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#text")).to_have_value("half a thought")


def test_a_draft_can_be_thrown_away(open_page: Open) -> None:
    page = open_page(draw(FORM))
    kept_text(page)
    page.reload()
    page.get_by_role("button", name="Throw it away").click()
    assert page.evaluate("localStorage.length") == 0


def test_a_draft_is_never_for_somebody_else(open_page: Open) -> None:
    kept_text(open_page(draw(FORM)))
    other = open_page(draw(FORM, pk=2), path="/other/")
    expect(other.locator(".draft-offer")).to_have_count(0)


def test_signing_out_drops_the_drafts(open_page: Open, served: dict[str, str]) -> None:
    served["/accounts/logout/"] = "<!doctype html><title>Out</title>"
    page = open_page(draw(FORM))
    kept_text(page)
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Out")
    # What is left only says when the queue of this person was emptied, for their other windows.
    assert all(key.startswith("hindsight:queue-cleared:") for key in page.evaluate("Object.keys(localStorage)"))


def test_a_draft_outlives_a_save_that_was_refused(open_page: Open) -> None:
    page = open_page(draw(FORM))
    kept_text(page)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Saved")
    page.goto("/page/")
    expect(page.locator(".draft-offer")).to_be_visible()


def test_a_draft_is_dropped_when_the_save_redirects(open_page: Open, served: dict[str, str]) -> None:
    page = open_page(draw(FORM))
    kept_text(page)
    served["/saved/"] = "303 /page/"
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("localStorage.length === 0")
    expect(page.locator(".draft-offer")).to_have_count(0)


def test_a_draft_is_dropped_when_htmx_saved_it(open_page: Open, served: dict[str, str]) -> None:
    served["/saved/"] = "<p>Saved</p>"
    page = open_page(draw(FORM.replace('method="post" action="/saved/"', 'hx-post="/saved/" hx-swap="none"')))
    kept_text(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("localStorage.length === 0")


def test_a_draft_outlives_a_failure_of_the_server(open_page: Open) -> None:
    page = open_page(draw(FORM.replace('method="post" action="/saved/"', 'hx-post="/broken/"')))
    kept_text(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast-error")).to_be_visible()
    assert page.evaluate("localStorage.length") == 1


def test_a_pasted_image_joins_the_files(open_page: Open) -> None:
    page = open_page(draw(FORM))
    page.evaluate(
        """() => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(8)], "image.png", {type: "image/png"}));
        document.querySelector("#text").dispatchEvent(
          new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    expect(page.locator(".preview")).to_have_count(1)
    names = "[...document.querySelector('input[type=file]').files].map((file) => file.name)"
    assert page.evaluate(names)[0].startswith("pasted-")
    page.get_by_role("button", name="Remove").click()
    assert page.evaluate(names) == []


def test_a_file_may_take_longer_than_an_answer(open_page: Open, served: dict[str, str]) -> None:
    served["/saved/"] = "<p>Stored</p>"
    page = open_page(draw(FORM.replace('action="/saved/"', 'hx-post="/saved/" hx-encoding="multipart/form-data"')))
    # The way through this process takes longer than the millisecond that is allowed.
    page.route("/saved/", lambda route: route.continue_())
    page.evaluate("htmx.config.timeout = 1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("No connection")
    page.get_by_label("Files").set_input_files({"name": "trace.log", "mimeType": "text/plain", "buffer": b"x" * 1000})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Stored")).to_be_visible()


def test_what_is_too_large_is_told_with_its_limit(open_page: Open) -> None:
    page = open_page(draw(FORM.replace('action="/saved/"', 'hx-post="/large/"')))
    words = draw("413.html").replace("What you sent is over the limit", "The file has 300 MB, the limit is 200 MB")
    page.route("/large/", lambda route: route.fulfill(status=413, body=words, content_type="text/html"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("The file has 300 MB, the limit is 200 MB")


def test_what_cannot_be_undone_is_asked_about(open_page: Open) -> None:
    page = open_page(draw(FORM))
    page.locator("#delete").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page).to_have_url("/page/")
    page.locator("#delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_title("Deleted")


def test_a_toast_is_shown_as_text_and_can_be_dismissed(open_page: Open) -> None:
    page = open_page(draw("404.html"))
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('hindsight:toast', {detail: {text: '<b>Saved</b>', level: 'error'}}))"
    )
    expect(page.locator(".toast-text")).to_have_text("<b>Saved</b>")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_the_theme_follows_the_person_and_turns(open_page: Open) -> None:
    page = open_page(draw("404.html", theme="dark"))
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(15, 19, 21)"
    page.get_by_label("Your menu").click()
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate(ground) == "rgb(246, 244, 239)"
