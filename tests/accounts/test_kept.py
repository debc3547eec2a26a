"""What somebody typed survives the end of their session and a CSRF token of yesterday."""

import html
import re
from typing import Protocol

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts import kept as kept_module
from accounts.kept import keep, unpack
from accounts.models import User
from tests.support.personas import PASSWORD, client_of

TYPED = 'The pool is exhausted,\nagain. <b>ü</b> "quoted" & more'
FORM = {
    "display_name": TYPED,
    "timezone": "Europe/Berlin",
    "current_password": "s3cret-typed",
    "once": "a-nonce-of-16-characters",
}


class Answer(Protocol):
    """What the test client gives back."""

    content: bytes


def carried(answer: Answer) -> str:
    found = re.search(r'name="kept" value="([^"]*)"', answer.content.decode())
    assert found
    return html.unescape(found[1])


@pytest.fixture(autouse=True)
def _no_limits_yet(db: None) -> None:
    cache.clear()


def test_a_post_without_a_session_gets_the_sign_in_page_with_what_was_typed(client: Client, responder: User) -> None:
    answer = client.post("/settings/?from=here", FORM)
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "Your session ended" in page
    assert html.escape(TYPED) in page
    assert "s3cret-typed" not in page
    form = unpack(carried(answer))
    assert form is not None
    assert form.path == "/settings/?from=here"
    assert dict(form.fields) == {key: value for key, value in FORM.items() if key != "current_password"}
    assert "no-store" in answer.headers["Cache-Control"]


def test_after_signing_in_the_same_form_is_offered_and_can_be_sent(client: Client, responder: User) -> None:
    first = client.post(
        "/settings/", {"display_name": "Kept", "timezone": "Europe/Berlin", "theme": "dark", "email": responder.email}
    )
    wrong = client.post("/accounts/login/", {"login": "responder", "password": "wrong", "kept": carried(first)})
    assert wrong.status_code == 422
    again = client.post("/accounts/login/", {"login": "responder", "password": PASSWORD, "kept": carried(wrong)})
    assert again.status_code == 200
    page = again.content.decode()
    assert 'action="/settings/"' in page
    assert "Send it now" in page
    fields = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page, re.DOTALL))
    assert client.post("/settings/", fields).status_code == 303
    responder.refresh_from_db()
    assert (responder.display_name, responder.timezone, responder.theme) == ("Kept", "Europe/Berlin", "dark")


def test_a_leading_empty_line_survives_the_textarea(client: Client, responder: User) -> None:
    first = client.post("/settings/", {"display_name": "\n\ncode"})
    page = client.post("/accounts/login/", {"login": "responder", "password": PASSWORD, "kept": carried(first)}).content
    # A browser drops one line end after the opening tag.
    assert b'<textarea name="display_name" hidden>\n\n\ncode</textarea>' in page


def test_several_values_of_one_name_travel(client: Client, responder: User) -> None:
    form = unpack(carried(client.post("/settings/", {"tag": ["a", "b"], "text": "x"})))
    assert form is not None
    assert form.fields == [("tag", "a"), ("tag", "b"), ("text", "x")]


def test_files_are_named_as_lost(client: Client, responder: User) -> None:
    file = SimpleUploadedFile("graph <1>.png", b"png")
    page = client.post("/settings/", {"text": "x", "file": file}).content.decode()
    assert "Files can&#x27;t be carried along" in page or "Files can't be carried along" in page
    assert "graph &lt;1&gt;.png" in page


def test_too_long_text_is_shown_but_not_carried(
    client: Client, responder: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module, "MAX_CHARACTERS", 1000)
    answer = client.post("/settings/", {"text": "x" * 2000})
    assert carried(answer) == ""
    assert "x" * 2000 in answer.content.decode()
    assert "too long to carry along" in answer.content.decode()


def test_five_megabytes_travel(client: Client, responder: User) -> None:
    log = "".join(f"{number:08d} ERROR connection refused\n" for number in range(150_000))
    form = unpack(carried(client.post("/settings/", {"code": log})))
    assert form is not None
    assert dict(form.fields)["code"] == log


@pytest.mark.parametrize("value", ["", "x", "a:b:c"])
def test_only_what_was_signed_here_is_unpacked(value: str) -> None:
    assert unpack(value) is None


def test_another_salt_or_a_foreign_address_is_refused() -> None:
    assert unpack(signing.dumps(["/x", [], []], salt="other")) is None
    assert unpack(signing.dumps(["https://evil.example/", [["a", "b"]], []], salt="accounts.kept")) is None
    assert unpack(signing.dumps("nonsense", salt="accounts.kept")) is None


def test_it_does_not_last_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = keep(RequestFactory().post("/x", {"a": "b"})).signed
    assert unpack(signed) is not None
    monkeypatch.setattr(kept_module, "MAX_AGE", -1)
    assert unpack(signed) is None


def test_a_name_with_a_secret_never_travels() -> None:
    names = ["password", "password1", "oldpassword", "current_password", "csrfmiddlewaretoken", "api_token", "Secret"]
    assert keep(RequestFactory().post("/x", dict.fromkeys(names, "x"))).fields == []


def test_signed_in_elsewhere_meanwhile(client: Client, responder: User) -> None:
    signed = carried(client.post("/settings/", {"display_name": "Kept"}))
    page = client_of(responder).post("/accounts/login/", {"login": "", "password": "", "kept": signed}).content.decode()
    assert "Send it now" in page


def test_too_many_tries_keep_the_text(client: Client, responder: User) -> None:
    signed = carried(client.post("/settings/", {"display_name": "Kept"}))
    for _ in range(11):
        answer = client.post("/accounts/login/", {"login": "responder", "password": "wrong", "kept": signed})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many tries. Try again in 60 s." in answer.content.decode()
    again = unpack(carried(answer))
    assert again is not None
    assert again.fields == [("display_name", "Kept")]


@pytest.mark.parametrize("method", ["get", "post"])
def test_htmx_gets_a_fragment_to_sign_in_with(client: Client, responder: User, method: str) -> None:
    answer = getattr(client, method)("/settings/", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["X-Hindsight-Session"] == "over"
    page = answer.content.decode()
    assert "<html" not in page
    assert "Your session ended. Log in here; your text stays in this page and is sent right after." in page
    assert 'action="/accounts/login/?next=%2Faccounts%2Fsigned-in%2F"' in page


def test_signing_in_from_the_fragment_answers_nothing_to_swap(client: Client, responder: User) -> None:
    answer = client.post(
        "/accounts/login/", {"login": "responder", "password": PASSWORD}, headers={"hx-request": "true"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["X-CSRFToken"]
    assert client.get("/settings/").status_code == 200


def stale(person: User, path: str, data: dict[str, str], **headers: str) -> HttpResponse:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    return browser.post(path, data, headers=headers)  # type: ignore[return-value]  # the test client's response is one


def test_a_stale_csrf_token_shows_the_text_and_offers_to_send_it(responder: User) -> None:
    answer = stale(responder, "/settings/", FORM, origin="http://testserver")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert html.escape(TYPED) in page
    assert "s3cret-typed" not in page
    assert "Send it now" in page
    assert 'action="/settings/"' in page
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', page)
    assert answer.headers["X-Hindsight-Session"] == "stale"


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {}])
def test_a_form_of_another_site_is_never_offered(responder: User, headers: dict[str, str]) -> None:
    page = stale(responder, "/settings/", FORM, **headers).content.decode()
    assert "Send it now" not in page
    assert "<textarea name=" not in page


def test_a_stale_sign_in_form_is_not_sent_again(responder: User) -> None:
    page = stale(responder, "/accounts/login/", {"login": "x", "password": "y"}, origin="http://testserver")
    assert "Send it now" not in page.content.decode()
    assert "Open the page again" in page.content.decode()


def test_a_stale_sign_in_form_does_not_lose_what_it_carried(client: Client, responder: User) -> None:
    signed = carried(client.post("/settings/", {"display_name": "Kept"}))
    page = stale(responder, "/accounts/login/", {"login": "x", "kept": signed}, origin="http://testserver")
    assert 'action="/settings/"' in page.content.decode()
    assert "Kept" in page.content.decode()


def test_what_pages_hand_to_themselves_is_carried_but_not_shown(rf: RequestFactory) -> None:
    own = {"initial-title": "Old", "base_fix": "3", "proof-once": "x" * 20, "factors-TOTAL_FORMS": "2", "version": "4"}
    kept = keep(rf.post("/incidents/INC-1/edit/", {"title": "New", "conversion": "Half", **own}))
    assert kept.typed == [("Title", "New"), ("Conversion", "Half")]
    assert dict(kept.fields) == {"title": "New", "conversion": "Half", **own}
