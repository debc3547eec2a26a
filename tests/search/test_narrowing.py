"""Filters put into queries and taken out again."""

import pytest

from search.narrowing import toggled, written
from search.query import Filter, parse


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("disk", "api", "disk service:api"),
        ("", "api", "service:api"),
        ("disk service:api full", "api", "disk full"),
        ("disk service:API", "api", "disk"),
        ("service:api,web disk", "api", "service:web disk"),
        ("disk", "Payment API", 'disk service:"Payment API"'),
        ('service:"Payment API" disk', "Payment API", "disk"),
        ("-service:api", "api", "-service:api service:api"),
    ],
)
def test_a_filter_is_put_in_or_taken_out(text: str, value: str, wanted: str) -> None:
    assert toggled(text, parse(text).chips, "service", value) == wanted


@pytest.mark.parametrize("value", ["api", "Payment API", "a(b)", "x:y", "ünï", "日本語", "-x"])
def test_what_is_written_is_read_as_it_was_meant(value: str) -> None:
    assert parse(written("service", [value])).required == ((Filter("service", value),),)
