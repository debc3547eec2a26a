"""Marked words: in the right place, and never as markup of the text's own."""

import re

from hypothesis import given
from hypothesis import strategies as st

from search.documents import Part
from search.highlights import Marker, cut
from search.planning import terms_of


def marked(query: str, text: str, field: str = "entry") -> str:
    parts = (Part(field, text, "#entry-1", "Note"),)
    return " | ".join(highlight.html for highlight in cut(parts, Marker(terms_of(query))))


def test_words_are_marked_in_other_endings() -> None:
    assert (
        marked("expiring certificate", "Two certificates expired.")
        == "Two <mark>certificates</mark> <mark>expired</mark>."
    )


def test_a_stem_ending_in_y_is_marked() -> None:
    assert "<mark>retry</mark>" in marked("retries", "They retry at once.")


def test_pieces_of_code_are_marked_with_their_word() -> None:
    assert "<mark>QueueDrainer</mark>" in marked("drainer", "at acme.QueueDrainer.run")


def test_a_word_that_looks_like_the_stem_of_another_is_not_marked() -> None:
    text = "In the US we used it, using US tapes; they go and are going"
    assert re.findall("<mark>(.*?)</mark>", marked("used", text)) == ["used", "using"]
    assert re.findall("<mark>(.*?)</mark>", marked("go", text)) == ["go"]


def test_stop_words_are_not_marked() -> None:
    assert marked("the disk", "the disk of the host") == "the <mark>disk</mark> of the host"


def test_markup_in_a_text_is_shown_as_text() -> None:
    html = marked("disk", "<script>alert('disk')</script> <mark>x</mark> & disk")
    assert "<script>" not in html
    assert "<mark>x" not in html
    assert html.count("<mark>disk</mark>") == 2


def test_a_long_text_is_cut_to_where_most_words_stand() -> None:
    text = "disk " + "filler words here " * 200 + "disk quota exceeded " + "more filler " * 200
    html = marked("disk quota exceeded", text)
    assert "<mark>quota</mark> <mark>exceeded</mark>" in html
    assert html.startswith("… ")
    assert len(html) < 500


def test_the_part_with_most_different_words_comes_first_with_its_place() -> None:
    parts = (Part("entry", "disk disk disk", "#entry-1"), Part("step", "disk quota", "#step-2"))
    found = cut(parts, Marker(terms_of("disk quota")))
    assert [highlight.anchor for highlight in found] == ["#step-2", "#entry-1"]


def test_markdown_signs_are_left_out_of_prose_and_kept_in_code() -> None:
    assert (
        marked("disk", "## The **disk**\n\n- see [the page](https://x.org/a)") == "The <mark>disk</mark> see the page"
    )
    assert marked("disk", "## `disk`", "code") == "## `<mark>disk</mark>`"
    assert marked("disk", ">the disk\n>\n> was full\n| a | disk |\n|---|---|") == (
        "the <mark>disk</mark> was full · a · <mark>disk</mark>"
    )


def test_what_matches_in_an_address_alone_is_not_shown() -> None:
    prose = "See [the page](https://x.org/disk) of the quota"
    assert marked("disk quota", prose) == "See the page of the <mark>quota</mark>"
    assert not cut([Part("summary", prose)], Marker(terms_of("disk")))


def test_a_sign_that_no_text_has_marks_nothing() -> None:
    assert marked("disk", "a\0b\0 disk \0full", "code") == "a b  <mark>disk</mark>  full"


def test_the_same_stretch_is_shown_once() -> None:
    parts = (Part("summary", "disk quota", "#a"), Part("summary", "disk quota", "#b"))
    assert len(cut(parts, Marker(terms_of("disk")))) == 1


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_stays_escaped(query: str, text: str) -> None:
    html = marked(query, text).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in html
    assert ">" not in html
