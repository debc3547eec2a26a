"""The readers of the environment: typed, and loud about what they can't read."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from hindsight.env import Env


def test_text_comes_from_the_environment_or_is_the_default() -> None:
    env = Env({"A": "one"})
    assert env.text("A") == "one"
    assert env.text("B", "two") == "two"


def test_text_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n", encoding="utf-8")
    assert Env({"A_FILE": str(tmp_path / "secret")}).text("A") == "from a file"


def test_a_value_and_its_file_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="A and A_FILE are both set"):
        Env({"A": "y", "A_FILE": str(tmp_path / "secret")}).text("A")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="/nowhere/at/all"):
        Env({"A_FILE": "/nowhere/at/all"}).text("A")


@pytest.mark.parametrize(("word", "value"), [("true", True), ("ON", True), ("1", True), ("no", False), ("0", False)])
def test_flags(word: str, value: bool) -> None:
    assert Env({"A": word}).flag("A", default=not value) is value


def test_a_flag_is_not_guessed() -> None:
    with pytest.raises(ImproperlyConfigured, match="A is 'maybe'"):
        Env({"A": "maybe"}).flag("A", default=False)


@pytest.mark.parametrize("word", ["x", "1.5", "", "0", "11", "1e1"])
def test_a_number_outside_of_its_limits_is_refused_with_them(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="whole number from 1 to 10"):
        Env({"A": word}).number("A", 5, low=1, high=10)


def test_numbers_at_their_limits() -> None:
    assert Env({"A": "1"}).number("A", 5, low=1, high=10) == 1
    assert Env({"A": "10"}).number("A", 5, low=1, high=10) == 10


def test_a_choice_is_one_of_those_allowed() -> None:
    assert Env({"A": "Two"}).choice("A", "one", ("one", "two")) == "two"
    with pytest.raises(ImproperlyConfigured, match="use one of one, two"):
        Env({"A": "three"}).choice("A", "one", ("one", "two"))


def test_words_are_cut_at_commas() -> None:
    assert Env({"A": " a.example , b.example,"}).words("A") == ["a.example", "b.example"]


def test_every_name_asked_for_is_remembered() -> None:
    env = Env({})
    env.text("A")
    env.flag("B", default=True)
    assert env.seen == {"A", "B"}
