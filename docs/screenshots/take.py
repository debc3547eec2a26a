"""Take the screenshots of this folder from a running installation with the demo data.

    bin/serve --demo            # and make an account
    .venv/bin/python docs/screenshots/take.py http://localhost:8000 USERNAME PASSWORD

Each page is taken in dark and in light at 1440 by 900, and in dark at 390 by 844, the size of a phone. The workbench is
an incident that is declared for it and written with the composer, last of all, so that no other picture shows it.
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
    "postmortem-review": "/incidents/INC-10/postmortem/review/",
    "postmortem-reading": "/incidents/INC-24/postmortem/",
    "postmortem-library": "/postmortems/",
    "search": "/search/?q=disk+will+not+detach",
}
TITLE = "Checkout answers 502 for one customer in five"
SCENE = (
    "40m ago\nAlert: error rate of checkout above 5 %",
    "38m ago\nSupport has 41 tickets, all with a full cart",
    "/service checkout, payments",
    "/lead me",
    "50m ago\n/change Deployed checkout 118, with an export job every minute",
    "30m ago\n/hypothesis The new retry multiplies calls\n/ruled-out Off for 10 % of traffic: no difference",
    "24m ago\n/hypothesis The export job holds connections open\n/check Looked at `pg_stat_activity`",
    "22m ago\n```sql\nSELECT application_name, state, count(*)\nFROM pg_stat_activity\nGROUP BY 1, 2;\n```",
    "20m ago\n/confirmed 160 of 200 are idle in transaction, all from the export job",
    "16m ago\n/fix Paused the export job",
    "5m ago\n/hypothesis Old workers still hold connections",
)


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
        place = ""
        for look, theme, size in (("dark", "dark", DESK), ("light", "light", DESK), ("phone", "dark", PHONE)):
            page = _signed_in(browser, address, username, password, theme, size)
            place = place or _worked(page, address)
            page.goto(place)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=HERE / f"workbench-{look}.png")
        browser.close()


def _worked(page: Page, address: str) -> str:
    """Declare an incident and work on it; answers with its address."""
    page.goto(f"{address}/incidents/new/?title={TITLE}")
    page.check("input[name=severity][value=sev1]", force=True)
    page.fill("#id_started_at", "44m ago")
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/INC-*/")
    for text in SCENE:
        page.fill("#composer textarea[name=body]", text)
        page.keyboard.press("Control+Enter")
        page.wait_for_function("() => !document.querySelector('#composer textarea[name=body]').value")
        page.locator("#waiting .entry-waiting").first.wait_for(state="detached")
    return page.url


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
