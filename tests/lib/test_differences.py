"""What changed between two texts, word by word."""

import time

import pytest

from hindsight.lib.differences import compare, words

PROSE = "The pool was empty because a deploy halved its size at noon."


def test_marks_the_words_that_changed() -> None:
    assert words("The pool was empty.", "The queue was empty.") == "The <del>pool</del><ins>queue</ins> was empty."


def test_equal_texts_carry_no_mark() -> None:
    assert words(PROSE, PROSE) == PROSE


def test_several_words_in_a_row_are_one_change() -> None:
    shown = words(PROSE, PROSE.replace("a deploy halved", "the rollout cut"))
    assert "<del>a deploy halved</del><ins>the rollout cut</ins>" in shown


def test_texts_that_say_different_things_are_no_mosaic() -> None:
    assert words("red fish, blue fish", "nothing of it at all") == (
        "<del>red fish, blue fish</del><ins>nothing of it at all</ins>"
    )


def test_markup_in_the_texts_is_text() -> None:
    shown = words("<b>a</b> is here now", "<script>alert(1)</script> is here now")
    assert "<b>" not in shown
    assert "<script>" not in shown
    assert "&lt;" in shown


def test_a_line_end_that_is_gone_can_be_seen() -> None:
    assert "↵" in words("one two\n\nthree", "one two\nthree")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "all new"),
        ("all gone", ""),
        ("", ""),
        (PROSE, PROSE.upper()),
        ("a\nb\nc\n", "a\nx\nc"),
        ("one two three four", "one  two three four five"),
        ("naïve 日本語 🙂 text", "naive 日本 🙂 text"),
        ("a b a b a b", "b a b a b a"),
    ],
)
def test_both_texts_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert "".join(piece.text for piece in pieces if piece.op != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.op != "del") == after


def test_long_stretches_without_a_change_are_folded() -> None:
    lines = [f"line {number}\n" for number in range(100)]
    changed = [*lines[:50], "something else altogether\n", *lines[51:]]
    shown = words("".join(lines), "".join(changed))
    assert "47 lines without a change" in shown
    assert "line 49" in shown
    assert "line 10\n" not in shown
    assert "line 10\n" in words("".join(lines), "".join(changed), fold=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 50_000, "a " * 49_999 + "b "),
        (" ".join(str(n % 50) for n in range(40_000)), " ".join(str(n * 7 % 50) for n in range(40_000))),
        ("x\n" * 100_000, "y\nx\n" * 50_000),
        ("".join(chr(33 + n * n % 90) for n in range(200_000)), "".join(chr(33 + n * n % 89) for n in range(200_000))),
    ],
)
def test_no_text_takes_long(before: str, after: str) -> None:
    start = time.thread_time()
    words(before, after)
    assert time.thread_time() - start < 3
