"""That axe finds what the tests of pages trust it to find."""

import re

import pytest
from playwright.sync_api import Browser

from tests.support import axe

pytestmark = pytest.mark.journey

PAGE = """<!doctype html><html lang="en"><head><style>
:root { color-scheme: light dark; background: light-dark(#fff, #000); }
#pale { color: light-dark(#eee, #fff); transition: color 60s; }
#dim { color: light-dark(#000, #222); }
</style></head><body><main><h1>A page without a title</h1><p id="pale">Pale</p><p id="dim">Dim</p>
<div id="part"><img src="data:,"></div></main></body></html>"""


def rules(found: list[str]) -> list[str]:
    return sorted(re.sub("about:blank |: <.*", "", fault, flags=re.DOTALL) for fault in found)


def test_faults_of_either_theme_and_of_the_whole_page_are_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    found = rules(axe.faults_in_both_themes(page))
    page.close()
    assert found == ["color-contrast", "document-title", "image-alt", "in the light: color-contrast"]


def test_a_part_is_looked_at_alone(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    found = rules(axe.faults(page, "#part"))
    page.close()
    assert found == ["image-alt"]
