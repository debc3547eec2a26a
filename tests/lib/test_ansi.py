"""Terminal colours: shown as classes, stripped for everything else, never in the way of the text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindsight.lib import ansi

ESC = "\x1b"


def words(line: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", line))


@pytest.mark.parametrize(
    ("codes", "classes"),
    [
        ("31", "ansi-red"),
        ("91", "ansi-red"),
        ("1;32", "ansi-bold ansi-green"),
        ("30", "ansi-grey"),
        ("97;41", "ansi-on-red"),
        ("38;5;196", "ansi-red"),
        ("38;5;208", "ansi-orange"),
        ("38;5;240", "ansi-grey"),
        ("48;5;21", "ansi-on-blue"),
        ("38;2;80;200;120", "ansi-green"),
        ("38:2::255:0:255", "ansi-magenta"),
        ("38;2;1", "ansi-grey"),
        ("7", "ansi-inverse"),
        ("7;31", "ansi-on-red"),
        ("4:3", "ansi-underline"),
        ("3;9;2", "ansi-dim ansi-italic ansi-strike"),
    ],
)
def test_a_colour_becomes_a_class(codes: str, classes: str) -> None:
    assert ansi.paint(f"{ESC}[{codes}mx") == [f'<span class="{classes}">x</span>']


@pytest.mark.parametrize("codes", ["", "0", "37", "8", "999", "39;49", "1;22", "31;39", "4;4:0", "58"])
def test_what_means_nothing_here_leaves_the_text_plain(codes: str) -> None:
    assert ansi.paint(f"{ESC}[{codes}mx") == ["x"]


def test_a_colour_goes_on_over_lines_and_is_closed_in_each() -> None:
    assert ansi.paint(f"{ESC}[31ma\n<b{ESC}[0m\nc") == [
        '<span class="ansi-red">a</span>',
        '<span class="ansi-red">&lt;b</span>',
        "c",
    ]


@pytest.mark.parametrize(
    "sequence",
    [
        "[2K", "[1;5H", "[?25l", "]0;title\x07", "]0;title\ufffd", "]8;;https://example.test\x1b\\", "(B", "=", "7",
        "M", "Pq#0\x1b\\", " F", "#8", "c",
    ],
)  # fmt: skip
def test_other_sequences_are_left_out(sequence: str) -> None:
    assert ansi.strip(f"a{ESC}{sequence}b") == "ab"
    assert ansi.paint(f"a{ESC}{sequence}b") == ["ab"]
    assert not ansi.has_colours(f"a{ESC}{sequence}b")


@given(st.lists(st.sampled_from([ESC, "[", "3", "8", ";", ":", "2", "5", "m", "a", "<", "\n", "]", "\\", "K"])))
def test_any_text_keeps_its_lines_and_words(parts: list[str]) -> None:
    text = "".join(parts)
    lines = ansi.paint(text)
    assert "\n".join(words(line) for line in lines) == ansi.strip(text)
    assert all(line.count("<span") == line.count("</span>") for line in lines)
