"""The contrast of every pair of colours in use, computed from the tokens, in both themes (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS.read_text())}

GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
MEANINGS = ("red", "orange", "amber", "green", "blue", "violet", "slate")
CODE = ("text", "number", "comment", "keyword", "name", "string", "literal", "type")

TEXT = [
    *((text, ground) for text in ("text", "muted", "faint", "accent-text") for ground in GROUNDS),
    *((f"{meaning}-ink", f"{meaning}-soft") for meaning in MEANINGS),
    *((f"{meaning}-ink", ground) for meaning in MEANINGS for ground in GROUNDS),
    *(("text", f"{meaning}-soft") for meaning in MEANINGS),
    # What a terminal coloured: any ink on any ground.
    *((f"{ink}-ink", f"{ground}-soft") for ink in MEANINGS for ground in (*MEANINGS, "accent") if ink != ground),
    *((f"{ink}-ink", "code-bg") for ink in MEANINGS if ink != "red"),
    ("accent-text", "code-bg"),
    *(("accent-text", f"{ground}-soft") for ground in MEANINGS),
    # The language's colours within what a diff added and took away.
    *((f"code-{family}", f"{ground}-soft") for family in CODE if family != "number" for ground in ("red", "green")),
    *((f"code-{family}", "code-bg") for family in CODE),
    ("code-text", "code-line"),
    ("text", "code-line"),
    ("text", "accent-soft"),
    ("accent-text", "accent-soft"),
    ("on-accent", "accent-solid"),
    ("on-accent", "accent-hover"),
    ("on-red", "red-solid"),
    ("mark-ink", "mark"),
    ("red-ink", "code-bg"),
]
CONTROLS = [
    *((edge, ground) for edge in ("line-strong", "focus", "accent") for ground in ("canvas", "surface", "raised")),
    *((fill, ground) for fill in ("accent-solid", "red-solid") for ground in ("canvas", "surface")),
    ("accent", "accent-soft"),
]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG's definition, 0 (black) to 1 (white)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_the_one_of_the_standard() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(text: str, ground: str, theme: str) -> None:
    assert ratio(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), CONTROLS)
def test_controls_can_be_seen(edge: str, ground: str, theme: str) -> None:
    assert ratio(COLOURS[edge][theme], COLOURS[ground][theme]) >= 3
