"""Ten thousand odd queries: none raises, and none takes long."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.query import parse
from search.results import find, glance, similar
from search.suggesting import suggest
from tests.search.conftest import PUBLIC, Shelf

# Figures of the promise, with room for a busy machine: the parser alone takes well under a millisecond.
LONGEST_S = 2.0
SIGNS = [
    *"\"-()|:,.<>=*~^\\/'{}[]@#&!?%$;\u200b\u202e\u0000",
    *["or", "OR", "AND", "NOT", "||", "..", "<=", ">=", "-(", ")-", "((", "))", '""', '-"', " ", "  ", "\t"],
    *["service:", "severity:", "status:", "has:", "is:", "in:", "by:", "lang:", "after:", "before:", "error:", "year:"],
    *["severity:<=sev2", "severity:sev1..sev9", "after:2026-99", "after:999999d", "before:0001-01-01", "in:fix,log"],
    *[
        "is:unverified",
        "by:me",
        "INC-42",
        "INC-99999999999999",
        "disk",
        "full",
        "é",
        "日本語",
        "🔥",
        "\ud800",
        "a" * 300,
    ],
    *["year:>=1", "year:..", "service:a,b,c", 'tag:"x y"', "foo:bar", "http://x/?a=b:c", "x" * 50, "a" * 300],
]
ODD = st.one_of(
    st.text(max_size=450),
    st.text(alphabet=st.characters(), max_size=60),
    st.builds(lambda glue, pieces: glue.join(pieces), st.sampled_from(["", " "]), st.lists(st.sampled_from(SIGNS))),
    st.recursive(
        st.sampled_from(["a", "service:b", '"c d"', "-e"]),
        lambda inner: st.builds(lambda a, how, b: f"({a} {how} {b})", inner, st.sampled_from(["or", "", "AND"]), inner),
        max_leaves=30,
    ),
)


@given(ODD)
@settings(max_examples=7_500, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_query_is_an_error(text: str) -> None:
    begin = perf_counter()
    query = parse(text, me="ada")
    assert perf_counter() - begin < LONGEST_S
    assert len(query.required) <= 50
    assert all(query.required)


@pytest.mark.django_db
def test_no_query_makes_search_fail(shelf: Shelf, either: str, indexed: Callable[[], None]) -> None:
    """A quarter of ten thousand, all the way through each engine."""
    shelf.put(1, "Disk full on the primary", "nobody rotated the logs", service="a", severity="sev1", tag="x y")
    shelf.put(2, "Logins slow", "c d", service="b", severity="sev2")
    indexed()

    @given(ODD)
    @settings(max_examples=2_500, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(text: str) -> None:
        begin = perf_counter()
        answer = find(PUBLIC, text)
        assert perf_counter() - begin < LONGEST_S
        assert not answer.notice
        assert answer.count >= len(answer.results)

    ask()


NASTY = [
    "%",
    "_",
    "\\",
    "'; drop table search_searchdocument; --",
    "\x00",
    "\ud800\udfff",
    "a" * 400,
    "a " * 200,
    "((((" * 90,
    '"' * 399,
    "-" * 400,
    "or " * 130,
    "NOT " * 99,
    "service:" * 49,
    "after:9999-12-31",
    "before:0000-00-00",
    "year:99999..1",
    "severity:<=",
    "in:",
    "INC-" + "9" * 300,
    "*",
    "a*",
    "*a*",
    "?",
    "~",
    "^",
    "\u202e\u200b\ufeff",
    "🔥" * 400,
    "日本語" * 100,
    "é" * 400,
    "\t\n\r\v\f",
    "<script>",
    "&lt;",
    "{{7*7}}",
    "%s%n%x",
    "$(id)",
    "../../etc/passwd",
    "=1+1",
    "NaN",
    "1e999",
    "0" * 400,
    "-0",
    "1/0",
    ":",
    "::",
    ":a",
    "a:",
    "&",
    "|",
    "!",
    "<->",
    "a & b | !c",
    "a:*",
    "'a':*",
    "a <2> b",
    "error:" + "x" * 300,
    "by:me by:me",
    "is:private is:private -is:private",
    "after:30d before:30d",
    '"a" "b" "c" -"d"',
]


@pytest.mark.django_db
@pytest.mark.parametrize("ask", [find, glance, similar], ids=lambda ask: str(ask.__name__))
def test_nasty_queries_harm_nobody(shelf: Shelf, either: str, indexed: Callable[[], None], ask: Any) -> None:
    shelf.put(1, "Disk full on the primary", "nobody rotated the logs", service="a", severity="sev1", tag="x y")
    indexed()
    for text in [*NASTY, *(f"disk {each}" for each in NASTY), "\n".join(NASTY), "x" * 1_000_000, "a.b " * 250_000]:
        begin = perf_counter()
        answer = ask(PUBLIC, text)
        assert perf_counter() - begin < LONGEST_S, text[:80]
        assert not answer.notice, text[:80]
        suggest(PUBLIC, text)
