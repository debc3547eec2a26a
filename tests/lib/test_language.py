"""Guessing languages: on held-out samples, by names, and fast on anything."""

import json
import time
from pathlib import Path

import pytest

from hindsight.lib.language import guess
from hindsight.lib.languages import BY_KEY, LANGUAGES, normalise_language
from tests.lib.language_samples import SAMPLES


def test_nine_of_ten_held_out_samples_are_recognised() -> None:
    wrong = [(language, guess(code), code[:60]) for language, code in SAMPLES if guess(code) != language]
    assert len(SAMPLES) >= 40
    assert len(wrong) <= len(SAMPLES) // 10, wrong


def test_prose_is_never_taken_for_code() -> None:
    assert {guess(code) for language, code in SAMPLES if language == "text"} == {"text"}


@pytest.mark.parametrize(
    ("filename", "fence", "language"),
    [
        ("deploy.sh", "", "bash"),
        ("/etc/nginx/nginx.conf", "", "nginx"),
        ("Dockerfile.prod", "", "docker"),
        ("Makefile", "", "make"),
        ("C:\\app\\Program.cs", "", "csharp"),
        ("main.tf", "", "hcl"),
        ("app.log", "", "log"),
        ("", "py", "python"),
        ("x.rb", "golang", "go"),
        ("x.unknown", "unknown", "text"),
    ],
)
def test_fence_before_name_before_content(filename: str, fence: str, language: str) -> None:
    assert guess("nothing that tells", filename, fence) == language


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("JS", "javascript"),
        ("C#", "csharp"),
        ("language-yaml", "yaml"),
        (".tsx", "typescript"),
        ("Shell script", "bash"),
        ("?", ""),
    ],
)
def test_names_of_languages(name: str, key: str) -> None:
    assert normalise_language(name) == key


def test_the_list_names_each_language_once() -> None:
    assert len(BY_KEY) == len(LANGUAGES) >= 40
    owners: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name in (language.key, *language.aliases):
            owners.setdefault(name, set()).add(language.key)
    assert [name for name, keys in owners.items() if len(keys) > 1] == []


@pytest.mark.parametrize(
    "bomb",
    [
        "\n",
        " ",
        "a",
        "a\n",
        "(",
        "{",
        "[",
        "<a ",
        "a.",
        "def x\n",
        "function a()\n",
        "    \n",
        "-",
        "select\n",
        "word:\n",
        "\t",
        "\r",
        '{"a":',
    ],
)
def test_no_text_takes_long(bomb: str) -> None:
    started = time.process_time()
    guess(bomb * (1_000_000 // len(bomb)))
    assert time.process_time() - started < 0.2


def test_colours_of_a_terminal_are_not_read_as_code() -> None:
    lines = [f"2026-03-01T14:05:{second:02}Z ERROR [pool-3] timed out id={second}" for second in range(60)]
    coloured = [f"\x1b[31m{line[:26]}\x1b[0m{line[26:]}" for line in lines]
    assert guess("\n".join(coloured)) == guess("\n".join(lines)) == "log"


def test_most_of_the_snippets_that_no_rule_was_made_for_are_recognised() -> None:
    samples = json.loads((Path(__file__).parent / "language_held_out" / "samples.json").read_text("utf-8"))
    wrong = [(one["language"], guess(one["code"]), one["source"]) for one in samples]
    wrong = [miss for miss in wrong if miss[0] != miss[1]]
    share = 1 - len(wrong) / len(samples)
    assert len(samples) >= 60
    assert share >= 0.85, wrong
