"""People signed in to a browser."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

# Slow machines are slow; what never comes is still found out.
PATIENCE_MS = 20_000
SignIn: TypeAlias = Callable[..., Page]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about, on any page of the journey; has to stay empty."""
    return []


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """The windows that a journey opened; closed afterwards."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


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
