"""Odd queries: a strategy for any number of them, and a list of those that harmed other programs."""

from hypothesis import strategies as st

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


def odd(*words: str) -> st.SearchStrategy[str]:
    """Any text, and texts made of the signs of the language of queries and of these words."""
    return st.one_of(
        st.text(max_size=450),
        st.text(alphabet=st.characters(), max_size=60),
        st.builds(_glued, st.sampled_from(["", " "]), st.lists(st.sampled_from([*SIGNS, *words]))),
        st.recursive(
            st.sampled_from(["a", "service:b", '"c d"', "-e"]),
            lambda inner: st.builds(_either, inner, st.sampled_from(["or", "", "AND"]), inner),
            max_leaves=30,
        ),
    )


def _glued(glue: str, pieces: list[str]) -> str:
    return glue.join(pieces)


def _either(one: str, how: str, other: str) -> str:
    return f"({one} {how} {other})"


ODD = odd()

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
