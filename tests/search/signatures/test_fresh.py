"""The same fault with other ids, lines, hosts and paths has the same signature; another fault shares next to nothing.

For each language that is named in the documentation: one case, the same once more elsewhere, and a different fault.
"""

import re
from pathlib import Path

import pytest

from search.signatures import signature, similarity, tokens

_TEXTS = re.split(r"^=== (\w+) \w+\n", Path(__file__).with_name("fresh.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
CASES = {name: tuple(_TEXTS[at + 1 : at + 6 : 2]) for at, name in enumerate(_TEXTS) if at % 6 == 0}


def test_every_named_language_has_its_cases() -> None:
    named = {"python", "java", "javascript", "go", "ruby", "php", "csharp", "rust", "kernel", "json", "shell"}
    assert CASES.keys() == named
    assert all(len(texts) == len(set(texts)) == 3 for texts in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_the_same_fault_elsewhere_has_the_same_signature(name: str) -> None:
    one, again, _ = CASES[name]
    assert similarity(signature(one), signature(again)).score >= 0.85
    mine, theirs = set(tokens(signature(one))), set(tokens(signature(again)))
    assert len(mine & theirs) >= 0.9 * len(mine | theirs)


@pytest.mark.parametrize("name", CASES)
def test_another_fault_is_another_one(name: str) -> None:
    one, _, other = CASES[name]
    assert similarity(signature(one), signature(other)).score < 0.1


@pytest.mark.parametrize("name", CASES)
def test_no_fault_is_taken_for_one_of_another_language(name: str) -> None:
    mine = signature(CASES[name][0])
    for other, (text, _, _) in CASES.items():
        assert other == name or similarity(mine, signature(text)).score < 0.2
