"""The demo incidents keep to the format in integrations/demo/README.md."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

DEMO = Path(__file__).resolve().parents[2] / "integrations" / "demo"
LINES = (DEMO / "incidents.jsonl").read_text(encoding="utf-8").splitlines()
ROWS: list[dict[str, Any]] = [json.loads(line) for line in LINES]

TEXT = (str,)
MAYBE = (str, type(None))
ROW_KEYS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(["id", "title", "organisation", "severity_guess", "detected_by", "summary", "impact"], TEXT),
    **dict.fromkeys(["root_cause", "fix", "source_url", "corpus_id", "text", "licence"], TEXT),
    **dict.fromkeys(["started_at", "detected_at", "mitigated_at", "resolved_at", "started_on", "resolved_on"], MAYBE),
    **dict.fromkeys(["detection", "verification"], MAYBE),
    **dict.fromkeys(["services", "tags", "timeline", "diagnosis", "snippets", "factors", "evidence"], (list,)),
    **dict.fromkeys(["log_notes", "lessons", "action_items"], (list,)),
}
ITEM_KEYS: dict[str, dict[str, tuple[type, ...]]] = {
    "timeline": {"at": MAYBE, "on": MAYBE, "kind": TEXT, "text": TEXT},
    "diagnosis": {"hypothesis": TEXT, "action": MAYBE, "finding": TEXT, "outcome": TEXT},
    "snippets": {"language": TEXT, "filename": MAYBE, "code": TEXT},
    "factors": {"category": TEXT, "text": TEXT},
    "evidence": {"method": TEXT, "claim": TEXT, "result": TEXT},
    "log_notes": {"verdict": TEXT, "line": TEXT, "note": TEXT},
    "action_items": {"title": TEXT, "kind": TEXT, "done": (bool,)},
}
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("timeline", "kind"): {
        *("impact", "resolved", "note", "alert", "change"),
        *("message", "diagnosis", "decision", "fix", "verification"),
    },
    ("diagnosis", "outcome"): {"confirmed", "ruled_out", "red_herring", "inconclusive"},
    ("snippets", "language"): {"bash", "go", "log", "regex", "text", "yaml"},
    ("factors", "category"): {
        *("change", "test", "review", "monitoring", "capacity", "dependency"),
        *("process", "knowledge", "hardware", "security", "external"),
    },
    ("evidence", "method"): {"test", "reproduction", "canary", "metric", "drill", "review"},
    ("evidence", "result"): {"passed"},
    ("log_notes", "verdict"): {"misleading", "noisy", "missing", "decisive"},
    ("action_items", "kind"): {"prevent", "detect", "mitigate", "process", "document"},
}
MOMENTS = ("started_at", "detected_at", "mitigated_at", "resolved_at")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LOWER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

each_row = pytest.mark.parametrize("row", ROWS, ids=[str(row.get("id")) for row in ROWS])


def moment(text: str) -> datetime:
    assert MOMENT.fullmatch(text), f"{text} is not a UTC moment"
    return datetime.fromisoformat(text).astimezone(UTC)


def assert_shape(value: dict[str, Any], keys: dict[str, tuple[type, ...]]) -> None:
    """Exactly these keys, each of its type, and no text that is blank."""
    assert set(value) == set(keys)
    for key, types in keys.items():
        assert isinstance(value[key], types), f"{key} is {value[key]!r}"
        assert not isinstance(value[key], str) or value[key].strip(), f"{key} is blank"


def test_every_line_is_one_incident_with_its_own_id() -> None:
    ids = [row["id"] for row in ROWS]
    assert len(ids) == 40
    assert len(set(ids)) == len(ids)
    assert all(text_id.startswith("demo-") and LOWER.fullmatch(text_id) for text_id in ids)


@each_row
def test_row_has_the_documented_keys_and_types(row: dict[str, Any]) -> None:
    assert_shape(row, ROW_KEYS)
    for name, keys in ITEM_KEYS.items():
        for item in row[name]:
            assert_shape(item, keys)


@each_row
def test_row_uses_allowed_values_only(row: dict[str, Any]) -> None:
    assert row["severity_guess"] in {"sev1", "sev2", "sev3", "sev4"}
    assert row["detected_by"] in {"alert", "customer", "colleague", "luck", "unknown"}
    for (name, key), allowed in ALLOWED.items():
        assert {item[key] for item in row[name]} <= allowed, f"{name}.{key}"


@each_row
def test_row_says_enough_to_be_worth_reading(row: dict[str, Any]) -> None:
    assert row["services"]
    assert all(service == service.lower() for service in row["services"])
    assert 2 <= len(row["tags"]) <= 6
    assert all(LOWER.fullmatch(tag) for tag in row["tags"])
    assert len(set(row["tags"])) == len(row["tags"])
    assert row["timeline"]
    assert row["factors"]
    assert row["verification"] or not row["evidence"]


@each_row
def test_lists_of_words_hold_words(row: dict[str, Any]) -> None:
    words = [*row["services"], *row["tags"], *row["lessons"]]
    assert all(isinstance(word, str) and word.strip() for word in words)


@each_row
def test_known_moments_follow_each_other(row: dict[str, Any]) -> None:
    known = [moment(row[key]) for key in MOMENTS if row[key]]
    assert known == sorted(known)


@each_row
def test_day_stands_in_only_where_the_moment_is_unknown(row: dict[str, Any]) -> None:
    for end in ("started", "resolved"):
        if row[f"{end}_on"]:
            date.fromisoformat(row[f"{end}_on"])
            assert row[f"{end}_at"] is None
    assert any(row[key] for key in (*MOMENTS, "started_on", "resolved_on"))
    days = [row["started_on"] or (row["started_at"] or "")[:10], row["resolved_on"] or (row["resolved_at"] or "")[:10]]
    assert not all(days) or days == sorted(days)


@each_row
def test_timeline_runs_forward(row: dict[str, Any]) -> None:
    days: list[str] = []
    moments: list[datetime] = []
    for entry in row["timeline"]:
        assert not (entry["at"] and entry["on"])
        if entry["on"]:
            days.append(date.fromisoformat(entry["on"]).isoformat())
        if entry["at"]:
            moments.append(moment(entry["at"]))
            days.append(entry["at"][:10])
    assert moments == sorted(moments)
    assert days == sorted(days)


@each_row
def test_row_names_its_source_and_licence(row: dict[str, Any]) -> None:
    assert row["source_url"].startswith(("https://", "http://"))
    assert row["licence"].startswith("CC0-1.0")


def test_every_row_is_in_the_review() -> None:
    review = (DEMO / "review.md").read_text(encoding="utf-8")
    missing = [row["id"] for row in ROWS if f"| {row['id']} |" not in review]
    assert missing == []


def test_keys_are_documented() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    assert [key for key in ROW_KEYS if f"`{key}`" not in readme] == []
