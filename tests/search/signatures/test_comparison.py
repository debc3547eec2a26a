"""The matched lines of two texts side by side."""

from search.signatures import compare
from tests.search.signatures.traces import GO, PYTHON

PASTED = """2026-01-03T10:11:12Z ERROR lease 17 of vault-3 is gone
2026-01-03T10:11:13Z INFO nothing to see here today
2026-01-03T10:11:14Z ERROR cannot reach quorum: 1 of 3 members answered in 500ms
"""
STORED = """Some words before.

    2024-09-09T01:01:01Z ERROR lease 99 of vault-8 is gone
    2024-09-09T01:01:05Z ERROR cannot reach quorum: 2 of 5 members answered within 2s, giving up
"""


def test_equal_lines_stand_side_by_side() -> None:
    first = compare(PASTED, STORED)[0]
    assert (first.pasted_line_no, first.stored_line_no, first.score) == (1, 3, 1.0)
    assert first.pasted.endswith("lease 17 of vault-3 is gone")
    assert first.stored.endswith("lease 99 of vault-8 is gone")


def test_nearly_equal_lines_come_with_a_lower_score() -> None:
    near = compare(PASTED, STORED)[1]
    assert (near.pasted_line_no, near.stored_line_no) == (3, 4)
    assert 0.6 <= near.score < 1


def test_lines_without_a_like_are_left_out() -> None:
    assert {line.pasted_line_no for line in compare(PASTED, STORED)} == {1, 3}


def test_frames_match_whatever_their_arguments_and_paths() -> None:
    for case in (GO, PYTHON):
        one, other = case.occurrences()[:2]
        matched = compare(one, other)
        assert len(matched) >= 5
        assert all(line.pasted_line_no == line.stored_line_no for line in matched)
        assert all(one.split("\n")[line.pasted_line_no - 1] == line.pasted for line in matched)


def test_each_line_is_used_once() -> None:
    matched = compare("lease is gone\n" * 5, "lease is gone\n" * 3)
    assert len(matched) == 3
    assert len({line.stored_line_no for line in matched}) == 3
