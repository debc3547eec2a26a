"""Hidden characters in code are shown by name; those that belong to a script or an emoji stay."""

import pytest

from hindsight.lib import controls


@pytest.mark.parametrize(
    ("char", "short", "name"),
    [
        ("\u202e", "RLO", "RIGHT-TO-LEFT OVERRIDE, U+202E"),
        ("\u2066", "LRI", "LEFT-TO-RIGHT ISOLATE, U+2066"),
        ("\u200b", "ZWSP", "ZERO WIDTH SPACE, U+200B"),
        ("\xa0", "NBSP", "NO-BREAK SPACE, U+00A0"),
        ("\ufeff", "BOM", "ZERO WIDTH NO-BREAK SPACE, U+FEFF"),
        ("\x00", "NUL", "NULL, U+0000"),
        ("\x1b", "ESC", "ESCAPE, U+001B"),
        ("\x9b", "U+009B", "CONTROL CHARACTER, U+009B"),
        ("\u3164", "U+3164", "HANGUL FILLER, U+3164"),
        ("\U000e0041", "U+E0041", "TAG LATIN CAPITAL LETTER A, U+E0041"),
    ],
)
def test_a_hidden_character_is_named(char: str, short: str, name: str) -> None:
    shown = controls.visible(f"a{char}b")
    assert char not in shown
    assert f'role="img" aria-label="{name}" title="{name}"' in shown
    assert f">{short}</span>b" in shown
    assert controls.find(f"a{char}b") == [char]


@pytest.mark.parametrize("text", ["👩‍🚒 می‌شود ❤️", "tab\there", "naïve İı ß", "שלום", "日本語"])
def test_what_belongs_to_a_script_stays(text: str) -> None:
    assert controls.visible(text) == text


def test_a_joiner_beside_ascii_hides_something() -> None:
    assert "ZWJ" in controls.visible("a\u200db")
