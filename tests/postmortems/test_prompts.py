"""What a postmortem asks is complete and blameless."""

import re

import pytest

from postmortems.prompts import ACCOUNT, STANDARD, SectionPrompt, prompt_of, template_of

KEYS = [
    "summary",
    "impact",
    "detection",
    "timeline",
    "diagnosis",
    "root_cause",
    "fix",
    "verification",
    "lessons",
    "action_items",
]


def test_the_ten_sections_stand_in_their_order() -> None:
    assert [prompt.key for prompt in STANDARD.sections] == KEYS
    assert [prompt.key for prompt in STANDARD.sections if prompt.is_required] == ["root_cause", "fix", "verification"]


@pytest.mark.parametrize("prompt", STANDARD.sections, ids=KEYS)
def test_each_asks_guides_and_gives_an_example(prompt: SectionPrompt) -> None:
    assert prompt.question.endswith("?")
    assert len(prompt.guidance) > 20
    assert "\n" not in prompt.guidance
    assert len(prompt.example) > 80


@pytest.mark.parametrize("prompt", STANDARD.sections, ids=KEYS)
def test_none_asks_who_did_it(prompt: SectionPrompt) -> None:
    # "Who noticed" and "who looks after it" are about users and owners; nobody is asked for a culprit.
    for found in re.findall(r"\bwho \w+", f"{prompt.question} {prompt.guidance}".lower()):
        assert found in {"who noticed", "who looks", "who starts"}
    assert not re.search(r"\b(blame|fault|mistake|culprit|careless)", f"{prompt.question} {prompt.example}".lower())


def test_an_unknown_template_falls_back_and_an_account_is_known_to_all() -> None:
    assert template_of("gone", 7) is STANDARD
    assert prompt_of(STANDARD, "blame") is None
    account = prompt_of(STANDARD, ACCOUNT)
    assert account is not None
    assert account.key == ACCOUNT
