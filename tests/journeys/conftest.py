"""People signed in to a browser."""

import threading
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.support.waiting import eventually

# Slow machines are slow; what never comes is still found out.
PATIENCE_MS = 20_000
SignIn: TypeAlias = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about, on any page of the journey; has to stay empty."""
    return []


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """The windows that a journey opened; closed afterwards, and their last requests seen through.

    An open page asks for news. A request that still runs while the tables are emptied stands in the way of that.
    """
    opened: list[BrowserContext] = []
    running: set[object] = set()

    def began(sender: object, environ: dict[str, object] | None = None, **_: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            running.add(threading.get_ident())

    def ended(sender: object, **_: object) -> None:
        running.discard(threading.get_ident())

    request_started.connect(began)
    request_finished.connect(ended)
    yield opened
    for context in opened:
        # Without a connection a page that closes can't say so to a server whose tables are about to be emptied.
        context.set_offline(True)
    for context in opened:
        context.close()
    eventually(lambda: not running)
    request_started.disconnect(began)
    request_finished.disconnect(ended)


@pytest.fixture
def sign_in(
    browser: Browser,
    contexts: list[BrowserContext],
    live_server: LiveServer,
    complaints: list[str],
) -> SignIn:
    """Open a window in which a person is signed in: `sign_in(user, java_script_enabled=False, …)`."""

    def opened(user: User, **options: object) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    return opened


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    """Refusals that the journey provokes (409, 422) are logged by the browser as failed loads; the rest is ours."""
    is_refusal = any(f"status of {status}" in message.text for status in (401, 403, 409, 422))
    if message.type in {"error", "warning"} and not is_refusal:
        complaints.append(f"{message.location.get('url')}: {message.text}")
