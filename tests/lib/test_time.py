"""Reading moments: what people write, the traps of clocks, and what must be refused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hindsight.lib.time import (
    BadMoment,
    duration_iso,
    duration_text,
    local_text,
    parse_iso_aware,
    parse_moment,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday, 10:30 in Berlin


def read(text: str, zone: str = "Europe/Berlin", now: datetime = NOW) -> str:
    return parse_moment(text, zone=ZoneInfo(zone), now=now).isoformat()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-03-02T09:30:00+00:00"),
        ("09:05", "2026-03-02T08:05:00+00:00"),
        ("9:05", "2026-03-02T08:05:00+00:00"),
        ("9:05:07", "2026-03-02T08:05:07+00:00"),
        ("10:34", "2026-03-02T09:34:00+00:00"),
        ("14:05", "2026-03-01T13:05:00+00:00"),
        ("2:05pm", "2026-03-01T13:05:00+00:00"),
        ("12:10 am", "2026-03-01T23:10:00+00:00"),
        ("08:00Z", "2026-03-02T08:00:00+00:00"),
        ("08:00 utc", "2026-03-02T08:00:00+00:00"),
        ("today 14:05", "2026-03-02T13:05:00+00:00"),
        ("Yesterday 14:05", "2026-03-01T13:05:00+00:00"),
        ("yesterday at 14:05", "2026-03-01T13:05:00+00:00"),
        ("14:05 yesterday", "2026-03-01T13:05:00+00:00"),
        ("fri 23:00", "2026-02-27T22:00:00+00:00"),
        ("10m ago", "2026-03-02T09:20:00+00:00"),
        ("10 minutes ago", "2026-03-02T09:20:00+00:00"),
        ("1h 30m ago", "2026-03-02T08:00:00+00:00"),
        ("-90m", "2026-03-02T08:00:00+00:00"),
        ("1.5h ago", "2026-03-02T08:00:00+00:00"),
        ("2 days ago", "2026-02-28T09:30:00+00:00"),
        ("2026-03-01", "2026-02-28T23:00:00+00:00"),
        ("2026-03-01T14:05", "2026-03-01T13:05:00+00:00"),
        ("2026-03-01 14:05:06.25", "2026-03-01T13:05:06.250000+00:00"),
        ("2026-03-01T14:05Z", "2026-03-01T14:05:00+00:00"),
        ("2026-03-01T14:05+14:00", "2026-03-01T00:05:00+00:00"),
        ("2026-03-01T14:05-0330", "2026-03-01T17:35:00+00:00"),
        ("2024-02-29 12:00", "2024-02-29T11:00:00+00:00"),
        ("1970-01-01T00:00Z", "1970-01-01T00:00:00+00:00"),
        ("2200-12-31T23:59Z", "2200-12-31T23:59:00+00:00"),
    ],
)
def test_moments_that_people_write(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "soon", "25:00", "14:60", "13:05pm", "0:30am", "2026-02-29", "2026-13-01", "2026-03-01T14:05+25:00"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "2201-01-01T00:00Z"),
        *(
            "2016-12-31T23:59:60Z",
            "999999d ago",
            "-999999w",
            "2026-03-01T",
            "2026-03-01 tomorrow",
            "a" * 5000,
            "1" * 5000,
        ),
        *("٢٠٢٦-٠٣-٠١x", "1970-01-01T00:30+01:00", "\x00", "10m", "ago"),
    ],
)
def test_what_is_no_moment_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadMoment) as refusal:
        read(text)
    assert refusal.value.message.endswith(".")


def test_a_skipped_local_time_names_the_problem() -> None:
    with pytest.raises(BadMoment, match=r"02:30 on 2026-03-29 does not exist in Europe/Berlin"):
        read("2026-03-29 02:30")


def test_a_repeated_local_time_offers_both() -> None:
    with pytest.raises(BadMoment) as refusal:
        read("2026-10-25 02:30")
    assert "2026-10-25T02:30+02:00 (the first) or 2026-10-25T02:30+01:00 (the second)" in refusal.value.message
    assert read("2026-10-25T02:30+02:00") == "2026-10-25T00:30:00+00:00"
    assert read("2026-10-25T02:30+01:00") == "2026-10-25T01:30:00+00:00"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu", "UTC"])
def test_yesterday_is_the_readers_yesterday(zone: str) -> None:
    local = NOW.astimezone(ZoneInfo(zone)) - timedelta(days=1)
    assert (
        parse_moment("yesterday 00:00", zone=ZoneInfo(zone), now=NOW).astimezone(ZoneInfo(zone)).date() == local.date()
    )


def test_just_after_midnight_a_late_clock_means_yesterday() -> None:
    assert read("23:50", now=datetime(2026, 3, 1, 23, 10, tzinfo=UTC)) == "2026-03-01T22:50:00+00:00"


def test_api_times_need_a_zone() -> None:
    assert parse_iso_aware("2026-03-01T14:05:00+01:00") == datetime(2026, 3, 1, 13, 5, tzinfo=UTC)
    with pytest.raises(BadMoment, match="needs a time zone, for example 2026-03-01T14:05:00Z"):
        parse_iso_aware("2026-03-01T14:05:00")


@pytest.mark.parametrize(
    "text", ["14:05", "now", "2026-03-01", "2026-03-01T02:05pmZ", "0001-01-01T00:00:00Z", "x" * 9999]
)
def test_api_times_are_iso(text: str) -> None:
    with pytest.raises(BadMoment):
        parse_iso_aware(text)


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    try:
        moment = parse_moment(text, zone=BERLIN, now=NOW)
    except BadMoment:
        return
    assert moment.utcoffset() == timedelta(0)
    assert 1970 <= moment.year <= 2200


@given(
    st.integers(int(datetime(1981, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2199, 1, 1, tzinfo=UTC).timestamp())),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Australia/Lord_Howe"]),
)
def test_a_shown_moment_reads_back(seconds: int, zone: str) -> None:
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    assert parse_moment(local_text(moment, ZoneInfo(zone)), zone=ZoneInfo(zone), now=NOW) == moment


@pytest.mark.parametrize(
    ("seconds", "text", "iso"),
    [
        (0, "0 s", "PT0S"),
        (42, "42 s", "PT42S"),
        (60, "1 min", "PT1M"),
        (330, "5 min 30 s", "PT5M30S"),
        (8040, "2 h 14 min", "PT2H14M"),
        (8041, "2 h 14 min", "PT2H14M1S"),
        (3 * 86400, "3 d", "P3D"),
        (3 * 86400 + 4 * 3600, "3 d 4 h", "P3DT4H"),
        (3605, "1 h", "PT1H5S"),
        (1200 * 86400, "1,200 d", "P1200D"),
    ],
)
def test_durations(seconds: int, text: str, iso: str) -> None:
    assert duration_text(timedelta(seconds=seconds)) == text
    assert duration_iso(timedelta(seconds=seconds)) == iso


def test_a_duration_is_never_negative() -> None:
    for write in (duration_text, duration_iso):
        with pytest.raises(ValueError, match="never negative"):
            write(timedelta(microseconds=-1))
