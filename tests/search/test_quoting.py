"""Links that scroll to a word within a long text; no database is needed."""

from urllib.parse import unquote

import pytest

from search.documents import Part
from search.engines.protocol import Term
from search.highlights import Marker, cut
from search.quoting import FAR, quoted


def of(text: str, word: str) -> str:
    begin = text.index(word)
    return unquote(quoted(text, begin, begin + len(word)))


@pytest.mark.parametrize(
    ("text", "directive"),
    [
        ("then we saw the pool run dry at noon", ":~:text=we saw the-,pool,-run dry at"),
        ("pool", ":~:text=pool"),
        ("above\nthe pool\nbelow", ":~:text=the-,pool"),
        ("the **pool** ran `dry`", ":~:text=the-,pool,-ran"),
        ("see [the runbook](/r) the pool, which", ":~:text=the-,pool"),
        ("1. pool of nodes", ":~:text=pool,-of nodes"),
        ("of acme.pool.size it", ":~:text=of-,acme.pool.size,-it"),
        ("mal so، pool שלום", ":~:text=mal so،-,pool,-שלום"),
    ],
)
def test_a_word_is_quoted_with_those_beside_it_on_its_line(text: str, directive: str) -> None:
    assert of(text, "pool") == directive


def test_signs_of_the_directive_itself_are_encoded() -> None:
    text = "the re-try, and & so"
    assert quoted(text, 4, 6) == ":~:text=the-,re%2Dtry"
    assert quoted(text, text.index("so"), len(text)) == ":~:text=so"
    assert quoted("… ** …", 2, 4) == ""


@pytest.mark.parametrize(
    ("field", "anchor", "before", "is_led"),
    [
        ("entry", "#entry-7", FAR, True),
        ("section", "postmortem/#section-fix", FAR, True),
        ("entry", "#entry-7", 3, False),
        ("entry", "", FAR, False),
        ("code", "#snippet-3", FAR, False),
        # The words of a picture are folded below it; those of a file open at their line.
        ("log", "#attachment-1", 3, True),
        ("log", "attachments/1/lines/?from=1#L1", FAR, False),
    ],
)
def test_a_match_far_down_in_a_text_is_scrolled_to(field: str, anchor: str, before: int, *, is_led: bool) -> None:
    part = Part(field, f"{'a word ' * before}and the pool ran dry", anchor)
    (found,) = cut([part], Marker([Term("pool", ("pool",))]))
    assert found.address.endswith(":~:text=word%20and%20the-,pool,-ran%20dry") is is_led
