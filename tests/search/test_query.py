"""The query language: what it understands, and that it never fails."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import Filter, Phrase, Words, parse


def test_plain_words_stay_words() -> None:
    assert parse("disk full on db1").words == "disk full on db1"


def test_a_phrase_has_to_hold() -> None:
    query = parse('"connection reset" payments')
    assert query.required == ((Phrase("connection reset"),),)
    assert query.words == "payments"


def test_a_minus_excludes_words_phrases_and_filters() -> None:
    query = parse('disk -staging -"dry run" -service:ci')
    assert query.excluded == (Words("staging"), Phrase("dry run"), Filter("service", "ci"))
    assert query.words == "disk"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("service:payments", Filter("service", "payments")),
        ('service:"Payment API"', Filter("service", "Payment API")),
        ("Severity:SEV1", Filter("severity", "sev1")),
        ("sev:sev2", Filter("severity", "sev2")),
        ("status:resolved", Filter("status", "resolved")),
        ("tag:db", Filter("tag", "db")),
        ("kind:drill", Filter("kind", "drill")),
    ],
)
def test_a_filter_is_read(text: str, wanted: Filter) -> None:
    assert parse(text).required == ((wanted,),)


def test_commas_and_or_give_a_choice() -> None:
    both = ((Filter("service", "a"), Filter("service", "b")),)
    assert parse("service:a,b").required == both
    assert parse("service:a or service:b").required == both


def test_or_between_words_asks_for_nothing_more() -> None:
    assert parse("disk or memory").words == "disk memory"


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("after:2026-02", date(2026, 2, 1), None),
        ("since:2026", date(2026, 1, 1), None),
        ("before:2026-03-15", None, date(2026, 3, 14)),
    ],
)
def test_days_are_read(text: str, after: date | None, before: date | None) -> None:
    query = parse(text)
    assert (query.after, query.before) == (after, before)


@pytest.mark.parametrize(
    "text", ["after:soon", "before:2026-13", "before:0001", "foo:bar", "service:", "http://x.org/a?b"]
)
def test_what_is_not_understood_is_text(text: str) -> None:
    query = parse(text)
    assert query.words == text
    assert not query.required


def test_a_day_that_is_none_is_said() -> None:
    assert "after:soon" in parse("after:soon").notes[0]


def test_a_pasted_text_is_text_through_and_through() -> None:
    query = parse('panic: -x "quoted"\n\tservice:payments main.go:12')
    assert query.is_paste
    assert not query.required
    assert not query.excluded


@pytest.mark.parametrize(
    ("text", "is_paste"),
    [
        ('{"level":"error","service":"auth","error":{"type":"JwtExpired -x"}}', True),
        ('[{"error": "no such host"}]', True),
        ("2026-03-01 14:05:11,123 ERROR worker -7 service:api failed", True),
        ("[2026-03-01T14:05:11Z] panic", True),
        ("Mar  1 14:05:11 web-3 kernel: oops", True),
        ("2026-03-01 service:api", False),
        ("2026-03-01 14:05", False),
        ('{"disk full"}', False),
        ("[service:api]", False),
    ],
)
def test_one_line_that_nobody_types_is_a_pasted_text(text: str, *, is_paste: bool) -> None:
    assert parse(text).is_paste is is_paste


def test_a_number_is_seen() -> None:
    assert parse("inc-42 again").numbers == ("inc-42",)


def test_a_chip_says_the_query_without_it() -> None:
    query = parse("disk service:api full")
    assert [(chip.text, chip.without) for chip in query.chips] == [("service:api", "disk full")]


def test_nothing_is_nothing() -> None:
    assert parse("  \t ").is_empty


@given(st.text(max_size=500))
def test_anything_can_be_asked(text: str) -> None:
    parse(text)


@given(
    st.lists(st.sampled_from(['"', "-", "or", ":", "service:", "a", "after:", "2026", "INC-1", " ", "(", "\\", "x:y,"]))
)
def test_any_mixture_of_signs_can_be_asked(pieces: list[str]) -> None:
    for glue in ("", " "):
        query = parse(glue.join(pieces))
        assert len(query.required) <= 50


def test_a_bare_number_is_one_of_any_kind() -> None:
    assert parse("#42").numbers == ("#42",)
    assert parse("see #42, or #7").numbers == ("#7",)


@pytest.mark.parametrize("typed", ["INC-42", "inc-42", "INC42", "inc 42", " Inc 42 "])
def test_a_number_is_known_however_it_is_typed(typed: str) -> None:
    assert parse(typed).numbers == ("inc-42",)
