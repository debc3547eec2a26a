"""What axe finds on a page, in one theme or in both."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# The only rules whose answer depends on the theme.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# Sheets would be fetched for a rule that is experimental and doesn't run.
OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
RUN = "([place, options]) => axe.run(place, options).then((found) => found.violations)"
# What fades from one theme to the other has arrived before anything is measured.
ARRIVE = "document.getAnimations().forEach((one) => { if (one instanceof CSSTransition) one.finish(); })"


def faults(page: Page, within: str = "html", **options: Any) -> list[str]:
    """Every fault of what `within` (CSS) holds, as the page is now: its rule and where it is."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, [within, {**OPTIONS, **options}])
    return [f"{page.url} {fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


def faults_in_both_themes(page: Page, within: str = "html") -> list[str]:
    """The same for a page that follows the browser's theme: all rules in the dark, those of colours in the light too.

    The page is dark afterwards.
    """
    _turn(page, "light")
    found = [f"in the light: {fault}" for fault in faults(page, within, runOnly=OF_COLOURS)]
    _turn(page, "dark")
    return found + faults(page, within)


def _turn(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of its literals
    page.evaluate(ARRIVE)
