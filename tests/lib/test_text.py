"""Plain text: nothing unstorable gets through, nothing else changes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindsight.lib import text

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=300)


def test_clean_replaces_what_postgresql_refuses() -> None:
    assert text.clean("a\x00b\ud800c") == text.Cleaned("a\ufffdb\ufffdc", 2)


def test_clean_keeps_tabs_line_ends_and_other_scripts() -> None:
    kept = "a\tb\r\nc\n\u202eע\u200d🧑‍🚒 e\u0301 ı"
    assert text.clean(kept) == text.Cleaned(kept, 0)


def test_escape_stays_only_for_code() -> None:
    assert text.clean("\x1b[31m").replaced == 1
    assert text.clean("\x1b[31m", keep_ansi=True).replaced == 0


@given(ANY_TEXT)
def test_cleaned_text_is_storable_and_as_long(source: str) -> None:
    cleaned = text.clean(source).text
    assert len(cleaned) == len(source)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
    assert text.clean(cleaned).replaced == 0


@pytest.mark.parametrize(
    ("count", "notice"),
    [(0, ""), (1, "1 control character was replaced."), (1200, "1,200 control characters were replaced.")],
)
def test_count_notice(count: int, notice: str) -> None:
    assert text.count_notice(count) == notice


def test_one_line_folds_and_cuts_at_a_word() -> None:
    assert text.one_line(" a\n\t b ", 10) == "a b"
    assert text.one_line("checkout answers with errors", 20) == "checkout answers…"


@given(ANY_TEXT, st.integers(1, 80))
def test_one_line_is_one_line_within_its_limit(source: str, limit: int) -> None:
    line = text.one_line(source, limit)
    assert len(line) <= limit
    assert "\n" not in line


@pytest.mark.parametrize(
    ("source", "gist"),
    [
        ("# The pool was *empty*. More here.", "The pool was empty."),
        (
            "- [ ] **Raise** the `max_connections` [limit](https://x.example/a). Then",
            "Raise the max_connections limit.",
        ),
        ("> quoted words\n\nnext", "quoted words"),
        ("![graph of errors](/attachments/a/) rose", "graph of errors rose"),
        ("see e.g. the v1.2 notes. Next", "see e.g. the v1.2 notes."),
        ("```python\nx = 1\n```", "x = 1"),
        ("snake_case_name and __init__ stay", "snake_case_name and init stay"),
        ("", ""),
    ],
)
def test_first_sentence(source: str, gist: str) -> None:
    assert text.first_sentence(source) == gist


@pytest.mark.parametrize(
    "bomb",
    ["[" * 200_000, "![" * 100_000, "*a_ " * 50_000, "> " * 100_000, "`" * 200_000, "[](" * 70_000, "\\" * 200_000],
)
def test_stripping_markdown_is_linear(bomb: str) -> None:
    started = time.process_time()
    text.strip_markdown(bomb)
    assert time.process_time() - started < 2


def test_hidden_characters_become_visible_in_code() -> None:
    shown = text.visible_bidi("if (admin\u202e \u2066// x\u2069) \u200b a\u200db")
    assert not text.has_hidden(shown.replace("\u202e", ""))
    for name in ("U+202E", "U+2066", "U+2069", "U+200B", "U+200D"):
        assert f">{name}</span>" in shown
    assert 'title="RIGHT-TO-LEFT OVERRIDE"' in shown


def test_joiners_inside_emoji_and_scripts_stay() -> None:
    assert text.visible_bidi("👩‍🚒 می‌شود") == "👩‍🚒 می‌شود"
