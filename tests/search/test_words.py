"""What the splitter makes of prose, of code, and of anything at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.words import index_words, words_of


def texts(text: str) -> set[str]:
    return set(index_words(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("acme.foo_bar", {"acme.foo_bar", "acme", "foo_bar", "foo", "bar"}),
        ("NullPointerException", {"nullpointerexception", "null", "pointer", "exception"}),
        ("HTTPServerError", {"http", "server", "error", "httpservererror"}),
        ("/var/log/nginx/error.log", {"var/log/nginx/error.log", "nginx", "error", "log", "var"}),
        ("ECONNREFUSED", {"econnrefused"}),
        ("postgres://db:5432", {"postgres", "db:5432", "db", "5432"}),
        ("x-last-death-exchange", {"x-last-death-exchange", "last", "death", "exchange"}),
        ("INC-42", {"inc-42", "inc", "42"}),
        ("user@example.org", {"user@example.org", "user", "example", "org"}),
    ],
)
def test_a_token_is_found_whole_and_by_its_pieces(text: str, wanted: set[str]) -> None:
    assert wanted <= texts(text)


def test_runs_of_hexadecimal_are_not_cut() -> None:
    assert texts("deadbeef42") == {"deadbeef42"}
    assert "0xc0003f4000" in texts("send(0xc0003f4000)")
    assert "f4000" not in texts("send(0xc0003f4000)")


def test_prose_is_stemmed_and_identifiers_are_not() -> None:
    assert "~certif" in texts("certificates") & texts("certificate")
    assert not any(word[1:].isalpha() is False for word in texts("max_connections2 tsdb1.heads") if word[0] == "~")


def test_stop_words_and_single_letters_are_dropped() -> None:
    assert texts("how did we the a x") == set()


def test_scripts_without_spaces_are_found_by_pairs() -> None:
    assert texts("障害") <= texts("障害対応手順")


def test_both_forms_of_an_accent_are_the_same_word() -> None:
    assert texts("caf\u00e9") == texts("cafe\u0301")


def test_the_token_itself_comes_first() -> None:
    assert words_of("tsdb.headAppender")[0].text == "tsdb.headappender"


@given(st.text(max_size=300))
def test_any_text_can_be_split(text: str) -> None:
    for word in index_words(text):
        assert word
        assert "\x00" not in word
        assert word == word.strip()
