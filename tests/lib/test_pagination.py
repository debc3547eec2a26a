"""Pages by key: each row once, in order, whatever the cursor."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import F, IntegerField, QuerySet, Value
from django.db.models.functions import Length, NullIf
from hypothesis import given
from hypothesis import strategies as st

from hindsight.lib.pagination import BadCursor, page_by_keyset

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 14, 5, 0, 123456, tzinfo=UTC)


def walk(rows: QuerySet[Any], order: tuple[str, str], limit: int) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = page_by_keyset(rows, order=order, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.fixture
def groups() -> QuerySet[Group]:
    Group.objects.bulk_create(Group(name=name) for name in ("d", "bb", "a", "cc", "eee", "f", "ggg"))
    return Group.objects.all()


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("order", [("name", "pk"), ("-name", "-pk"), ("pk", "pk")])
def test_each_row_comes_once_and_in_order(groups: QuerySet[Group], order: tuple[str, str], limit: int) -> None:
    assert walk(groups, order, limit) == list(groups.order_by(*order))


@pytest.mark.parametrize("sign", ["", "-"])
def test_rows_without_a_value_come_last(groups: QuerySet[Group], sign: str) -> None:
    rows = groups.annotate(size=NullIf(Length("name"), Value(2), output_field=IntegerField()))
    found = walk(rows, (f"{sign}size", f"{sign}pk"), 2)
    sizes = [row.size for row in found]
    assert len({row.pk for row in found}) == 7
    assert sizes == [*sorted([1, 1, 1, 3, 3], reverse=bool(sign)), None, None]


def test_equal_moments_are_told_apart_to_the_microsecond() -> None:
    moments = [NOW + timedelta(microseconds=n // 2) for n in range(6)]
    Session.objects.bulk_create(Session(pk=f"k{n}", session_data="", expire_date=at) for n, at in enumerate(moments))
    found = walk(Session.objects.all(), ("-expire_date", "-pk"), 1)
    assert [row.pk for row in found] == ["k5", "k4", "k3", "k2", "k1", "k0"]


def test_a_row_added_meanwhile_hides_none(groups: QuerySet[Group]) -> None:
    first = page_by_keyset(groups, order=("name", "pk"), cursor=None, limit=3)
    Group.objects.create(name="aa")
    second = page_by_keyset(groups, order=("name", "pk"), cursor=first.next_cursor, limit=3)
    assert [row.name for row in first.items + second.items] == ["a", "bb", "cc", "d", "eee", "f"]


def cursor_of(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "!!", "=", "é", "\x00", "a" * 10_000, cursor_of(), cursor_of(1), cursor_of("name", 1, 2)),
        cursor_of("namepk", "a", "not a number"),
        cursor_of("namepk", {"a": 1}, 1),
        cursor_of("namepk", "a", [1]),
        cursor_of("namepk", "a\x00", 1),
        cursor_of("namepk", "a\ud800", 1),
        cursor_of("namepk", "a", 2**70),
        cursor_of("-name-pk", "a", 1),
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
    ],
)
def test_other_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        page_by_keyset(Group.objects.all(), order=("name", "pk"), cursor=cursor, limit=5)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "soon", 5, 1e400])
def test_a_forged_moment_is_refused(at: object) -> None:
    with pytest.raises(BadCursor):
        page_by_keyset(
            Session.objects.all(), order=("expire_date", "pk"), cursor=cursor_of("expire_datepk", at, "k"), limit=5
        )


@pytest.mark.parametrize("value", ["garbage", "", True, 1.5, "0001-01-01T00:00:00+14:00", "9" * 100, "\ud800"])
def test_a_forged_value_of_an_annotation_is_refused(value: object) -> None:
    rows = Session.objects.annotate(over_at=F("expire_date"))
    with pytest.raises(BadCursor):
        page_by_keyset(rows, order=("over_at", "pk"), cursor=cursor_of("over_atpk", value, "k"), limit=5)


def test_an_annotation_pages_like_a_field() -> None:
    moments = [NOW + timedelta(microseconds=n // 2) for n in range(6)]
    Session.objects.bulk_create(Session(pk=f"k{n}", session_data="", expire_date=at) for n, at in enumerate(moments))
    found = walk(Session.objects.annotate(over_at=F("expire_date")), ("-over_at", "-pk"), 1)
    assert [row.pk for row in found] == ["k5", "k4", "k3", "k2", "k1", "k0"]


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    rows = ContentType.objects.all()
    try:
        page_by_keyset(rows, order=("model", "pk"), cursor=text or "x", limit=2)
    except BadCursor:
        return
