"""Whatever is pasted: nothing raises, sizes are capped, and time stays bounded."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.signatures import TOKEN_WEIGHTS, compare, recognise, signature, similarity, tokens, weight_of
from search.signatures.model import MAX_FRAMES, MAX_LINES, MAX_MESSAGES
from search.signatures.tokens import MAX_TOKENS
from tests.search.signatures.traces import TRACES, Case

MEGABYTE = 1_000_000
# A margin on top of the 0.3 s that is meant, for slow and busy machines.
BOUND = 1.0

_FRAGMENTS = st.sampled_from(
    [line for case in TRACES for line in (*case.occurrences()[0].split("\n"), *case.another().split("\n"))]
    + [
        "{",
        '{"error": "x"}',
        "\\n",
        "\x00",
        "\ud800",
        "  at ",
        "#1 ",
        "goroutine 1 [running]:",
        "Caused by: ",
        "\r",
        "==1==",
        "** (",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_FRAGMENTS, st.text(max_size=60)), max_size=30))
def test_nothing_raises(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = signature(text)
    assert recognise(text).kind == found.kind
    assert similarity(found, found).score <= 1
    assert all(line.pasted_line_no >= 1 for line in compare(text, text))
    assert all(weight_of(token) > 0 and " " not in token for token in tokens(found))


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(_FRAGMENTS, st.text(alphabet="at #0(){}[]<>:=.,'\"\\/*x1a \n", min_size=1, max_size=40)), st.booleans()
)
def test_repeated_pieces_take_bounded_time(piece: str, by_line: bool) -> None:
    piece = piece + "\n" if by_line else piece + " "
    text = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
    started = time.process_time()
    signature(text)
    assert time.process_time() - started < BOUND


@pytest.mark.parametrize("case", TRACES, ids=lambda case: case.name)
def test_a_megabyte_of_traces_takes_bounded_time(case: Case) -> None:
    text = "".join(case.occurrences())
    text = (text * (MEGABYTE // len(text) + 1))[:MEGABYTE]
    started = time.process_time()
    found = signature(text)
    assert time.process_time() - started < BOUND
    assert len(found.frames) <= MAX_FRAMES
    assert len(found.messages) <= MAX_MESSAGES
    assert len(found.lines) <= MAX_LINES
    assert len(tokens(found)) <= MAX_TOKENS


def test_deep_json_is_no_trouble() -> None:
    assert recognise('{"a":' * 100_000 + "1" + "}" * 100_000).kind in ("text", "json_error")
    assert recognise("[" * 100_000).kind == "text"


def test_every_kind_of_token_has_a_weight() -> None:
    kinds = {token.split(":")[1] for case in TRACES for text in case.occurrences() for token in tokens(signature(text))}
    assert kinds <= set(TOKEN_WEIGHTS)
    assert weight_of("word") == 0


def test_nothing_is_like_nothing() -> None:
    assert similarity(signature(""), signature("")).score == 0
    assert tokens(signature("")) == []
    assert compare("", "") == []
