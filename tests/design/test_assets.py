"""What a page loads: one stylesheet and one script of ours, small; no style or script inside the markup."""

import gzip
import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from playwright.sync_api import Browser

from hindsight.lib.joined import CSS_IMPORT, JS_IMPORT, Reader, join, served

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((STATIC / "css").glob("*.css"))
READ = Reader(FileSystemStorage(STATIC))
JOINED_MODULES = JS_IMPORT.findall(READ("js/app.js"))


def test_the_stylesheet_is_joined_whole() -> None:
    whole = join("css/hindsight.css", READ)
    assert "@import" not in whole
    for name in CSS_IMPORT.findall(READ("css/hindsight.css")):
        assert READ(f"css/{name}") in whole


def test_the_script_is_joined_whole() -> None:
    whole = join("js/app.js", READ)
    assert JOINED_MODULES
    assert not re.search(r"^import ", whole, re.MULTILINE)
    for name in JOINED_MODULES:
        assert READ(f"js/{name}") in whole


@pytest.mark.parametrize("name", JOINED_MODULES)
def test_a_joined_module_stands_alone(name: str) -> None:
    assert not re.search(r"^\s*(import|export)\b", READ(f"js/{name}"), re.MULTILINE)


def test_the_base_is_light() -> None:
    weight = sum(len(gzip.compress(served(name, READ).encode())) for name in ("css/hindsight.css", "js/app.js"))
    assert weight < 30_000


@pytest.mark.journey
@pytest.mark.parametrize("name", sorted(path.name for path in (STATIC / "js").glob("*.js")))
def test_a_browser_reads_a_script_without_its_comments(name: str, browser: Browser) -> None:
    page = browser.new_page()
    page.evaluate("(script) => { new Function(script); }", served(f"js/{name}", READ))
    page.close()


def test_styles_keep_their_rules_without_comments(browser: Browser) -> None:
    page = browser.new_page()
    count = """(text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        const all = (rules) => [...rules].flatMap((rule) => [rule.cssText, ...all(rule.cssRules ?? [])]);
        return all(sheet.cssRules);
    }"""
    for path in STYLES:
        name = f"css/{path.name}"
        # As the browser writes them down again; blanks of a selector mean something, those in its block do not.
        plain, short = (
            [
                re.sub(r"\s+", "", rule[rule.find("{") :]) + re.sub(r"\s+", " ", rule[: rule.find("{")])
                for rule in page.evaluate(count, text)
            ]
            for text in (join(name, READ), served(name, READ))
        )
        assert short == plain
    page.close()


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_use_tokens_in_layers_and_ask_nobody(path: Path) -> None:
    text = path.read_text()
    assert text.count("{") == text.count("}")
    # The maker of PDFs knows no layers and has no themes: it gets plain rules and plain colours.
    assert "@layer" in text or path.name == "pdf.css"
    assert not re.search(r"url\((?!\"\./)|https?:|//", text)
    if path.name not in {"tokens.css", "print.css", "pdf.css"}:
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_every_token_in_use_exists(path: Path) -> None:
    known = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(style.read_text() for style in STYLES)))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", path.read_text())) <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r'(?:src|href)="https?://(?!\{)', text)
