"""Take the screenshots of this folder from a running installation with the demo data.

    bin/serve --demo            # and make an account
    .venv/bin/python docs/screenshots/take.py http://localhost:8000 USERNAME PASSWORD

Each page is taken in dark and in light at 1440 by 900, and in dark at 390 by 844, the size of a phone.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("HINDSIGHT_CHROMIUM", "/usr/bin/chromium")
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PAGES = {
    "board": "/",
    "incident": "/incidents/INC-10/",
    "postmortem-editor": "/incidents/INC-10/postmortem/edit/",
    "search": "/search/?q=disk+will+not+detach",
}


def main(address: str, username: str, password: str) -> None:
    """Sign in once for each look and take every page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for look, theme, size in (("dark", "dark", DESK), ("light", "light", DESK), ("phone", "dark", PHONE)):
            page = _signed_in(browser, address, username, password, theme, size)
            for name, path in PAGES.items():
                page.goto(f"{address}{path}")
                page.wait_for_load_state("networkidle")
                page.screenshot(path=HERE / f"{name}-{look}.png")
        browser.close()


def _signed_in(browser: Browser, address: str, username: str, password: str, theme: str, size: ViewportSize) -> Page:
    context = browser.new_context(color_scheme="dark" if theme == "dark" else "light", viewport=size)
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(lambda url: "login" not in url)
    return page


if __name__ == "__main__":
    main(*sys.argv[1:4])
