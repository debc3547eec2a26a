"""Rendered rows: the cache is used only when it fits, and can always be thrown away."""

from typing import ClassVar

import pytest
from django.utils.safestring import SafeString

from hindsight.lib import markdown
from hindsight.lib.markdown import Converted
from hindsight.lib.rendered import RenderedModel


class Page(RenderedModel):
    """Stands for any row with markdown; has no table."""

    MARKDOWN_FIELDS: ClassVar[tuple[str, ...]] = ("body", "lead")
    body = ""
    lead: str | None = None

    class Meta:
        app_label = "hindsight"
        managed = False


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    original = markdown.convert

    def convert(text: str) -> Converted:
        seen.append(text)
        return original(text)

    monkeypatch.setattr(markdown, "convert", convert)
    return seen


def page(body: str, lead: str | None = None) -> Page:
    made = Page()
    made.body, made.lead = body, lead
    return made


def test_what_is_cached_is_not_rendered_again(conversions: list[str]) -> None:
    row = page("**a**")
    row.render_fields()
    assert row.html("body") == "<p><strong>a</strong></p>\n"
    row.render_fields()
    assert conversions.count("**a**") == 1


def test_a_changed_source_is_rendered_anew() -> None:
    row = page("a")
    row.render_fields()
    row.body = "b"
    assert row.html("body") == "<p>b</p>\n"
    row.render_fields("body")
    assert "<p>b</p>" in str(row.rendered)
    assert "<p>a</p>" not in str(row.rendered)


def test_a_new_renderer_makes_old_html_void(monkeypatch: pytest.MonkeyPatch) -> None:
    row = page("a")
    row.render_fields()
    row.rendered["body"]["html"] = "old"
    assert row.html("body") == "old"
    monkeypatch.setattr(markdown, "RENDER_VERSION", markdown.RENDER_VERSION + 1)
    assert row.html("body") == "<p>a</p>\n"


@pytest.mark.parametrize("broken", [{}, {"body": None}, {"body": {"key": 1}}, {"body": {"html": "x"}}, {"body": "x"}])
def test_a_broken_cache_is_no_fault(broken: dict[str, object]) -> None:
    row = page("a")
    row.rendered = broken
    assert row.html("body") == "<p>a</p>\n"
    row.render_fields()
    assert row.html("body") == "<p>a</p>\n"


def test_nothing_is_an_empty_html() -> None:
    assert page("", None).html("lead") == ""


def test_what_a_busy_renderer_made_plain_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    row = page("a")
    monkeypatch.setattr(markdown, "convert", lambda text: Converted(SafeString(text), is_final=False))
    row.render_fields()
    assert row.rendered == {}


def test_other_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="MARKDOWN_FIELDS"):
        page("a").html("title")


def test_stale_names_leave_the_cache() -> None:
    row = page("a")
    row.rendered = {"gone": {"key": "x", "html": "y"}}
    row.render_fields()
    assert set(row.rendered) == {"body", "lead"}
