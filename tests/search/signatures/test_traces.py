"""The same fault with other addresses, lines, ids and paths is the same; another fault in the same framework is not."""

import pytest

from search.signatures import recognise, signature, similarity, tokens
from tests.search.signatures.traces import GO, JAVA, PYTHON, TRACES, Case

SAME = 0.9
OTHER = 0.35
every_trace = pytest.mark.parametrize("case", TRACES, ids=lambda case: case.name)


@every_trace
def test_the_kind_is_recognised(case: Case) -> None:
    for text in (*case.occurrences(), case.another()):
        shape = recognise(text)
        assert shape.kind == case.kind
        assert shape.is_trace


@every_trace
def test_the_cause_and_the_nearest_frame_of_the_project_come_first(case: Case) -> None:
    for text in case.occurrences():
        found = signature(text)
        assert found.exceptions[0] == case.exception
        assert found.frames[0].function == case.top
        assert found.frames[0].is_project


@every_trace
def test_occurrences_of_one_fault_are_the_same(case: Case) -> None:
    first, *others = map(signature, case.occurrences())
    for other in others:
        assert similarity(first, other).score >= SAME
        assert similarity(other, first).score >= SAME
        assert other.messages == first.messages
        assert [frame.place for frame in other.frames] == [frame.place for frame in first.frames]


@every_trace
def test_the_telling_tokens_of_one_fault_are_equal(case: Case) -> None:
    telling = ("sig:s:", "sig:m:", "sig:ff:", "sig:f:", "sig:x:")
    found = [{token for token in tokens(signature(text)) if token.startswith(telling)} for text in case.occurrences()]
    assert found[0]
    assert all(other == found[0] for other in found)


@every_trace
def test_another_fault_in_the_same_framework_differs(case: Case) -> None:
    fault, other = signature(case.occurrences()[0]), signature(case.another())
    assert similarity(fault, other).score < OTHER
    assert similarity(other, fault).score < OTHER
    stacks = [{token for token in tokens(found) if token.startswith("sig:s:")} for found in (fault, other)]
    assert not stacks[0] & stacks[1]


@every_trace
def test_no_two_cases_are_alike(case: Case) -> None:
    for other in TRACES:
        if other is not case:
            assert similarity(signature(case.occurrences()[0]), signature(other.occurrences()[1])).score < OTHER


@every_trace
def test_a_trace_is_found_in_a_postmortem_around_it(case: Case) -> None:
    prose = (
        "# What happened\n\nThe service was slow and then it was gone. We saw this:\n\n```\n{}\n```\n\nA fix follows.\n"
    )
    stored = signature(prose.format(case.occurrences()[1]))
    assert similarity(signature(case.occurrences()[0]), stored).score >= SAME


@every_trace
def test_a_trace_is_found_when_a_container_runtime_wrote_before_each_line(case: Case) -> None:
    stored = signature(case.occurrences()[1])
    wrapped = "\n".join(
        f"2026-05-05T10:00:0{n % 10}.123456789Z {line}" for n, line in enumerate(case.occurrences()[0].split("\n"))
    )
    assert similarity(signature(wrapped), stored).score >= 0.7


def test_several_traces_in_one_text_are_all_read() -> None:
    stacked = signature("\n\n".join((GO.occurrences()[0], PYTHON.occurrences()[0], JAVA.occurrences()[0])))
    for case in (GO, PYTHON, JAVA):
        assert similarity(signature(case.occurrences()[1]), stacked).score >= SAME


def test_the_order_of_causes() -> None:
    assert signature(PYTHON.occurrences()[0]).exceptions == ("KeyError", "PricingError")
    assert signature(JAVA.occurrences()[0]).exceptions == ("SQLTransientConnectionException", "OrderException")


def test_reasons_are_told() -> None:
    first, second, _ = map(signature, PYTHON.occurrences())
    why = similarity(first, second).why
    assert "same frame pricing.price_of" in why
    assert "same exception KeyError" in why


def test_a_trace_inside_a_json_line_is_read() -> None:
    text = PYTHON.occurrences()[0].replace("\n", "\\n").replace('"', '\\"')
    line = f'{{"level":"error","ts":1.5,"msg":"request failed","stack":"{text}"}}'
    assert similarity(signature(PYTHON.occurrences()[1]), signature(line)).score >= SAME
