"""Credentials are found before they are stored; what only looks like one is left alone."""

import time

import pytest

from hindsight.lib import secrets
from tests.lib.made_up_secrets import AWS, LOOKALIKES, SECRETS, block, mixed


@pytest.mark.parametrize(("text", "value"), [row[1:] for row in SECRETS], ids=[row[0] for row in SECRETS])
def test_a_credential_is_found_and_masked(text: str, value: str) -> None:
    found = secrets.find(text).findings

    assert found
    assert value not in secrets.masked(text)
    assert all(one.mask in secrets.masked(text) for one in found)


@pytest.mark.parametrize("text", LOOKALIKES)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert [(one.label, one.value) for one in secrets.find(text).findings] == []


def test_what_stands_around_a_credential_stays() -> None:
    assert secrets.masked(f"it was {AWS}, in the log") == "it was [masked: AWS access key], in the log"


def test_a_masked_text_holds_nothing_more() -> None:
    for _, text, _ in SECRETS:
        once = secrets.masked(text)
        assert secrets.masked(once) == once


def test_only_the_chosen_ones_are_masked() -> None:
    text = f"{AWS} and Bearer {mixed(30)}"
    first = secrets.find(text).findings[0]

    assert secrets.masked(text, {first.digest}) == f"[masked: AWS access key] and Bearer {mixed(30)}"


def test_a_hint_gives_little_away() -> None:
    found = secrets.find(AWS).findings[0]

    assert found.hint == f"{AWS[:4]}…{AWS[-2:]}"
    assert AWS not in found.digest


def test_a_whole_block_goes_and_the_text_around_it_stays() -> None:
    text = f"before\n{block('RSA PRIVATE KEY')}\nafter"

    assert secrets.masked(text) == "before\n[masked: private key]\nafter"


def test_in_json_every_text_is_looked_at_and_counted() -> None:
    value, count = secrets.mask_all({"title": AWS, "steps": [{"finding": f"key {AWS}"}, 7, None]})

    assert value == {
        "title": "[masked: AWS access key]",
        "steps": [{"finding": "key [masked: AWS access key]"}, 7, None],
    }
    assert count == 2


def test_one_that_lies_across_a_border_of_pieces_is_found() -> None:
    for shift in range(0, 60, 7):
        text = "." * (secrets.PIECE - shift) + f" {AWS} " + "." * 50
        assert AWS not in secrets.masked(text)


def test_a_long_log_is_looked_at_within_the_limit_and_says_how_far() -> None:
    text = "2026-03-01T14:05:00Z INFO eyJeyJ password: sk-ant sk_live :// x\n" * 60_000
    began = time.monotonic()
    checked = secrets.find(text, limit_s=0.5)

    assert time.monotonic() - began < 8
    assert not checked.is_whole
    assert 0 < checked.checked < len(text)


@pytest.mark.parametrize(
    "unit",
    ["eyJ", "sk-", "password=", "://", "://a:", "a:1:", "mysql -p", "xoxb-1-", "-BEGIN PRIVATE KEY-", " -", "Bearer "],
)
def test_repeats_do_not_hold_anybody_up(unit: str) -> None:
    text = (unit * secrets.PIECE)[: secrets.PIECE]
    began = time.process_time()
    secrets.find(text)

    assert time.process_time() - began < 2
