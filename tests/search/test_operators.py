"""The operators of the query language: choices, parentheses, ranges, places, and what is said when one isn't taken."""

from collections.abc import Iterator
from datetime import date

import pytest

from search import registry
from search.query import Filter, Not, Phrase, Words, parse

TODAY = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _values(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The closed sets of values that these tests count on."""
    monkeypatch.setattr(registry, "_values", {})
    registry.name_values("severity", {f"sev{n}": f"SEV{n}" for n in range(1, 5)})
    registry.name_values("status", {"investigating": "Investigating", "resolved": "Resolved", "closed": "Closed"})
    registry.name_values("verified", {"verified": "Verified", "waived": "Waived", "did_not_hold": "Did not hold"})
    registry.name_values("is", {"open": "Open", "private": "Private", "drill": "Drill"})
    registry.name_values("has", {"screenshot": "Screenshot", "fix": "Fix", "postmortem": "Postmortem"})
    registry.name_values("kind", {"real": "Incident", "near_miss": "Near miss", "drill": "Drill"})
    return iter(())


def severities(*numbers: int) -> tuple[Filter, ...]:
    return tuple(Filter("severity", f"sev{number}") for number in numbers)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("severity:sev2", severities(2)),
        ("sev:2", severities(2)),
        ("severity:<=sev2", severities(1, 2)),
        ("severity:<=2", severities(1, 2)),
        ("severity:≤sev2", severities(1, 2)),
        ("severity:<sev2", severities(1)),
        ("severity:>=sev3", severities(3, 4)),
        ("severity:>sev1", severities(2, 3, 4)),
        ("severity:sev1..sev3", severities(1, 2, 3)),
        ("severity:3..1", severities(1, 2, 3)),
        ("severity:..sev2", severities(1, 2)),
        ("severity:sev3..", severities(3, 4)),
        ("severity:sev1,sev4", severities(1, 4)),
        ("severity:<sev1", (Filter("severity", ""),)),
    ],
)
def test_severities_have_an_order(text: str, wanted: tuple[Filter, ...]) -> None:
    assert parse(text).required == (wanted,)


def test_years_have_an_order_too() -> None:
    assert parse("year:2024..2026").required == (tuple(Filter("year", str(y)) for y in (2024, 2025, 2026)),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("status:open", Filter("is", "open")),
        ("status:Resolved", Filter("status", "resolved")),
        ("status:inv", Filter("status", "investigating")),
        ("is:open", Filter("is", "open")),
        ("is:verified", Filter("verified", "verified")),
        ("is:did-not-hold", Filter("verified", "did_not_hold")),
        ("has:screenshots", Filter("has", "screenshot")),
        ('kind:"near miss"', Filter("kind", "near_miss")),
        ("lang:py", Filter("lang", "python")),
        ("language:JavaScript", Filter("lang", "javascript")),
        ("by:@ada", Filter("by", "ada")),
        ("error:ECONNREFUSED", Words("ECONNREFUSED")),
        ('error:"connection refused"', Phrase("connection refused")),
    ],
)
def test_values_are_understood(text: str, wanted: object) -> None:
    assert parse(text).required == ((wanted,),)
    assert parse(text).notes == ()


def test_unverified_is_everything_that_is_not() -> None:
    assert parse("is:unverified").excluded == (Filter("verified", "verified"),)
    assert parse("-is:unverified").required == ((Filter("verified", "verified"),),)


def test_me_is_who_asks() -> None:
    assert parse("by:me", me="ada").required == ((Filter("by", "ada"),),)


@pytest.mark.parametrize(
    ("text", "after", "before"),
    [
        ("after:30d", date(2026, 1, 30), None),
        ("after:2w", date(2026, 2, 15), None),
        ("after:1y", date(2025, 3, 1), None),
        ("before:yesterday", None, date(2026, 2, 27)),
        ("after:today", TODAY, None),
        ("after:2026/01/31", date(2026, 1, 31), None),
        ("-after:2026", None, date(2025, 12, 31)),
        ("-before:2026", date(2026, 1, 1), None),
        ("after:2025 before:2026", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_days_are_written_in_many_ways(text: str, after: date | None, before: date | None) -> None:
    query = parse(text, today=TODAY)
    assert (query.after, query.before) == (after, before)
    assert query.words == ""


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("(service:a or service:b)", ((Filter("service", "a"), Filter("service", "b")),)),
        ("service:a OR tag:b", ((Filter("service", "a"), Filter("tag", "b")),)),
        ("service:a | tag:b", ((Filter("service", "a"), Filter("tag", "b")),)),
        ("disk OR memory", ((Words("disk"), Words("memory")),)),
        ("(disk or memory)", ((Words("disk"), Words("memory")),)),
        ('"a b" or service:c', ((Phrase("a b"), Filter("service", "c")),)),
        (
            "(service:a tag:b) or tag:c",
            ((Filter("service", "a"), Filter("tag", "c")), (Filter("tag", "b"), Filter("tag", "c"))),
        ),
        ("service:a or -tag:b", ((Filter("service", "a"), Not(Filter("tag", "b"))),)),
        ("-(service:a tag:b)", ((Not(Filter("service", "a")), Not(Filter("tag", "b"))),)),
    ],
)
def test_choices_become_groups(text: str, required: tuple[object, ...]) -> None:
    assert parse(text).required == required


def test_none_of_several() -> None:
    assert parse("-(service:a or tag:b)").excluded == (Filter("service", "a"), Filter("tag", "b"))
    assert parse("NOT service:a disk").excluded == (Filter("service", "a"),)


def test_words_of_a_choice_rank_as_well() -> None:
    query = parse("leak (disk or memory)")
    assert query.words == "leak"
    assert query.ranking == "leak disk memory"


def test_words_beside_a_filter_in_a_choice_do_not_have_to_stand_in_every_record() -> None:
    assert parse("disk or service:a").ranking == ""


@pytest.mark.parametrize("text", ["foo(bar) baz", "timeout (after 30s) reached", "f(x)", ":( sad", "(", ")", "a ) b"])
def test_parentheses_of_a_sentence_are_text(text: str) -> None:
    query = parse(text)
    assert query.required == ()
    assert query.notes == ()


def test_too_many_combinations_are_searched_as_text() -> None:
    text = " or ".join(f"(a{n} b{n} tag:c{n})" for n in range(6))
    query = parse(text)
    assert not query.required
    assert "a0" in query.words
    assert "too many conditions" in query.notes[0]


def test_a_place_binds_the_words() -> None:
    query = parse("pool exhausted in:fix")
    assert query.within == {"fix"}
    assert query.required == ((Words("pool"),), (Words("exhausted"),))
    assert query.words == "pool exhausted"
    assert query.reads_text


def test_a_place_without_words_is_said() -> None:
    query = parse("in:fix service:a")
    assert not query.within
    assert "there are none" in query.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("severity:sev9", "sev1, sev2, sev3, sev4"),
        ("has:cake", "screenshot, fix, postmortem"),
        ("is:nice", "open, private, drill"),
        ("after:soon", "2026-01-31"),
        ("in:cellar", "title, summary"),
        ("srvice:payments", "service:, severity:"),
        ("service:,", "any name"),
    ],
)
def test_what_is_not_understood_is_said_with_what_would_have_been(text: str, said: str) -> None:
    query = parse(text)
    assert query.words == text
    assert not query.required
    assert said in query.notes[0]
    assert f"“{text}”" in query.notes[0]


@pytest.mark.parametrize(
    "text",
    ["http://x.org/a?b", "localhost:8080", "10:30", "std::bad_alloc", "Error:x", "C:\\temp", "--force", "-1", "-"],
)
def test_text_that_only_looks_like_a_filter_is_not_remarked_on(text: str) -> None:
    query = parse(text)
    assert query.words == text
    assert query.notes == ()
    assert not query.excluded


def test_chips_carry_what_they_let_through() -> None:
    chip = parse("disk severity:<=sev2").chips[0]
    assert (chip.text, chip.without, chip.name, chip.values) == (
        "severity:<=sev2",
        "disk",
        "severity",
        ("sev1", "sev2"),
    )


def test_a_chip_out_of_a_choice_leaves_a_query() -> None:
    query = parse("service:a or service:b")
    assert [parse(chip.without).required for chip in query.chips] == [
        ((Filter("service", "b"),),),
        ((Filter("service", "a"),),),
    ]
