"""What the shipped postmortems ask is complete and blameless."""

import re

import pytest

from postmortems.prompts import ACCOUNT, BLOCKS, CORE, QuestionSet, SectionPrompt, section_from
from postmortems.shipped import FIRST_STANDARD, SHIPPED, STANDARD, prompt_of

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
NEWEST = [releases[-1] for releases in SHIPPED.values()]
PROMPTS = [pytest.param(prompt, id=f"{asked.key}-{prompt.key}") for asked in NEWEST for prompt in asked.sections]
# What a good postmortem tells, as words that the standard questions have to hold.
INTENTS = {
    "what was looked at first and why": r"look at first, and why",
    "what looked like the cause and was not": r"looked like the cause and was not",
    "which line misled": r"line or graph misled",
    "what had changed and how it was cleared": r"had changed before, and what cleared",
    "which single check is fastest": r"single check would have been fastest",
    "how we know that it works": r"how do we know that the fix works",
    "until when we watch": r"until when do we watch",
    "what surprised us": r"what surprised us",
    "where we were lucky": r"where were we lucky",
    "seen before, and did it hold": r"seen this before, and did the earlier fix hold",
    "what we won't do": r"deliberately not do",
}


def words_of(asked: QuestionSet) -> str:
    return " ".join(" ".join((prompt.question, *prompt.points)) for prompt in asked.sections).lower()


@pytest.mark.parametrize("asked", [FIRST_STANDARD, STANDARD], ids=["first", "newest"])
def test_the_ten_sections_stand_in_their_order(asked: QuestionSet) -> None:
    assert list(asked.keys) == KEYS
    assert [prompt.key for prompt in asked.sections if prompt.is_required] == list(CORE)


@pytest.mark.parametrize("intent", INTENTS)
def test_the_standard_questions_ask_for_all_of_it(intent: str) -> None:
    assert re.search(INTENTS[intent], words_of(STANDARD))


@pytest.mark.parametrize("asked", NEWEST, ids=lambda asked: asked.key)
def test_every_template_has_what_publication_needs_and_draws_nothing_twice(asked: QuestionSet) -> None:
    assert set(CORE) <= set(asked.keys)
    assert len(set(asked.keys)) == len(asked.keys)
    drawn = [block for prompt in asked.sections for block in prompt.drawn_from]
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(BLOCKS)
    assert {"timeline", "diagnosis", "factors", "evidence", "actions"} <= set(drawn)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_each_asks_guides_and_gives_an_example(prompt: SectionPrompt) -> None:
    assert prompt.question.endswith("?")
    assert len(prompt.guidance) > 20
    assert "\n" not in prompt.guidance
    assert len(prompt.example) > 80
    assert all(point.endswith("?") for point in prompt.points)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_none_asks_who_did_it(prompt: SectionPrompt) -> None:
    asked = " ".join((prompt.question, prompt.guidance, *prompt.points)).lower()
    # Users, owners and those who have to be told may be asked for; nobody is asked for a culprit.
    for found in re.findall(r"\bwho \w+", asked):
        assert found in {"who noticed", "who looks", "who starts", "who has", "who was"}
    assert not re.search(r"\b(blame|fault|mistake|culprit|careless)", f"{asked} {prompt.example}".lower())


@pytest.mark.parametrize("prompt", PROMPTS)
def test_it_survives_being_kept_as_data(prompt: SectionPrompt) -> None:
    assert section_from(prompt.as_json()) == prompt


def test_an_account_and_a_text_without_a_section_are_known_to_all() -> None:
    assert prompt_of(STANDARD, ACCOUNT).key == ACCOUNT
    kept = prompt_of(STANDARD, "notification", "Who was told")
    assert kept.is_kept
    assert kept.title == "Who was told"
    assert not prompt_of(STANDARD, "impact").is_kept
