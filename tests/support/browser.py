"""The one Chromium of a test process; Playwright allows no second one beside it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

# The runner says which; without it, the lighter one where it is installed.
CHROMIUM = (
    os.environ.get("HINDSIGHT_CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of this process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # Playwright runs an event loop in this thread from now on, where Django would refuse to touch the database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield chromium
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        chromium.close()
