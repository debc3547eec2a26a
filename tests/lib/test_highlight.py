"""Highlighting: line for line, safe, bounded."""

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hindsight.lib.colours import paint
from hindsight.lib.highlight import highlight
from hindsight.lib.languages import LANGUAGES
from hindsight.lib.pool import Busy, Pool, TookTooLong

COLOURED = [language.key for language in LANGUAGES if language.lexer]


def words(line: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", line))


@pytest.mark.parametrize("language", COLOURED)
def test_every_language_has_its_colourer_and_keeps_the_text(language: str) -> None:
    code = '\n  if (a < b) { x = "<b>&amp;"; } # end\n\n/* two\nlines */\tz\n'
    lines = paint(code, language)
    assert lines is not None
    assert [words(line) for line in lines] == code.removesuffix("\n").split("\n")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80), st.sampled_from(COLOURED))
def test_any_text_keeps_its_lines_and_closes_its_spans(code: str, language: str) -> None:
    code = code.replace("\r", "")
    lines = paint(code, language) or []
    if lines:
        assert [words(line) for line in lines] == code.removesuffix("\n").split("\n")
    for line in lines:
        assert line.count("<span") == line.count("</span>")


def test_tokens_over_several_lines_are_closed_in_each() -> None:
    shown = highlight('x = """one\ntwo\nthree"""\n', "python")
    assert shown.state == "done"
    assert len(shown.lines) == shown.total_lines == 3
    assert all(line.count("<span") == line.count("</span>") > 0 for line in shown.lines)


@pytest.mark.parametrize("language", ["text", "log", "", "brainfog", "<script>"])
def test_text_without_colours_is_escaped(language: str) -> None:
    shown = highlight("<b>&\n  x", language)
    assert (shown.lines, shown.state, shown.note) == (("&lt;b&gt;&amp;", "  x"), "plain", "")


def test_line_ends_and_terminal_escapes() -> None:
    shown = highlight("\x1b[31mred\x1b[0m\r\n\x1b]0;title\x07two\x1b[2K\n\x00", "text")
    assert shown.lines == ('<span class="ansi-red">red</span>', "two", "\ufffd")


def test_hidden_characters_are_shown() -> None:
    for language in ("python", "text"):
        assert "U+202E" in highlight("access = 'user\u202e' # admin", language).html


def test_an_empty_snippet_has_one_line() -> None:
    assert highlight("", "python").lines == ("",)


def test_quadratic_input_ends_within_the_limit() -> None:
    started = time.monotonic()
    shown = highlight("\n" * 1_900 + " " * 90_000 + "x", "java", limit_s=1)
    assert time.monotonic() - started < 5
    assert len(shown.lines) == 1_901


def test_too_slow_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> bytes:
        raise TookTooLong

    monkeypatch.setattr(Pool, "call", call)
    shown = highlight("int x;", "c")
    assert (shown.state, shown.is_final) == ("plain", True)
    assert shown.note == "Shown without colours: highlighting took longer than 2 s."


def test_busy_is_not_final(monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object, **__: object) -> bytes:
        raise Busy

    monkeypatch.setattr(Pool, "call", call)
    assert not highlight("int x;", "c").is_final


@pytest.mark.parametrize(
    ("code", "first", "lines", "is_cut"),
    [
        ("x\n" * 210_000, 1, 2_000, True),
        ("x\n" * 210_000, 208_001, 2_000, False),
        ("x\n" * 210_000, 999_999, 1, False),
        ("x" * 1_000_000, 1, 1, True),
        ("x" * 9_000, 1, 1, False),
        ("x\n" * 2_000, 1, 2_000, False),
        ("a\n\n", 1, 2, False),
    ],
)
def test_giant_code_is_shown_in_parts(code: str, first: int, lines: int, is_cut: bool) -> None:
    shown = highlight(code, "text", first=first)
    assert (len(shown.lines), shown.is_cut) == (lines, is_cut)


def test_a_very_long_line_says_how_much_is_left_out() -> None:
    assert "… 990,000 more characters" in highlight("x" * 1_000_000, "text").html


def test_blank_lines_at_the_end_keep_their_colours() -> None:
    assert highlight("def a():\n    pass\n\n\n", "python").state == "done"


def test_a_terminals_colours_stand_in_the_place_of_the_languages() -> None:
    shown = highlight("def a():\n\x1b[31m    raise\x1b[0m\n", "python")
    assert shown.lines == ("def a():", '<span class="ansi-red">    raise</span>')


def test_an_escape_that_begins_nothing_is_shown() -> None:
    shown = highlight("a \x1b here", "text").html
    assert 'aria-label="ESCAPE, U+001B"' in shown
    assert shown.endswith(" here")


def test_a_diff_has_the_colours_of_its_language_too() -> None:
    lines = paint("--- a/pay.py\n+++ b/pay.py\n@@ -1,2 +1,2 @@\n def pay():\n-    return 1\n+    return 2\n", "diff")
    assert lines is not None
    assert lines[2].startswith('<span class="gu">')
    assert '<span class="k">def</span>' in lines[3]
    assert lines[4].startswith('<span class="gd"><span class="diff-sign">-</span>')
    assert '<span class="k">return</span>' in lines[5]
    assert words(lines[5]) == "+    return 2"


def test_lines_cut_out_of_a_diff() -> None:
    assert paint("+new\n-old\n same", "diff") == [
        '<span class="gi">+new</span>',
        '<span class="gd">-old</span>',
        " same",
    ]


def test_large_code_has_no_colours() -> None:
    shown = highlight(("x = 1  # " + "y" * 90 + "\n") * 1_500, "python")
    assert shown.note == "Shown without colours: it has more than 100 kB."
    assert len(shown.lines) == 1_500
