"""`manage.py import_records` from the command line to the rows in the database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError

from accounts.models import AuditEntry, User
from incidents.models import Incident, Kind, Precision, Service, Snippet, Status, TimelineEntry
from incidents.services.update import update
from postmortems.models import ActionItem, Postmortem, PostmortemStatus, ProofState
from search.models import OutboxEntry
from tests.integrations.import_rows import THREE_ROWS, import_records, row, sections_of, write_rows
from tests.support.records import NOW

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    models = (Incident, Postmortem, Snippet, TimelineEntry, Service, OutboxEntry, AuditEntry)
    return tuple(model.objects.count() for model in models)


def test_row_becomes_an_incident_with_its_postmortem() -> None:
    import_records(THREE_ROWS)
    incident = Incident.objects.get(external_id="kettle-2024-03-02-scale")
    assert incident.title == "The office kettle boils dry and trips the fuse"
    assert (incident.kind, incident.status) == (Kind.REAL, Status.CLOSED)
    assert incident.started_at == datetime(2024, 3, 2, tzinfo=UTC)
    assert incident.started_precision == Precision.DAY
    assert incident.time_to_resolve is None
    assert (incident.source_url, incident.source_name) == ("https://kettle.example/2024-03-02", "Kettle Guild")
    assert {tag.name for tag in incident.tags.all()} == {"heat", "power"}
    assert {service.name for service in incident.services.all()} == {"kettle", "fuse box (left, right)", "lights"}
    assert incident.summary == "The kettle went on heating after the water was gone."
    sections = sections_of(incident)
    assert sections["root_cause"] == "Scale held the lid's switch `KTL_LID` open."
    assert sections["action_items"] == "- Descale every month"
    assert OutboxEntry.objects.filter(kind="incident", object_id=incident.pk).exists()


def test_text_of_action_items_is_kept_but_adds_no_open_work() -> None:
    import_records(THREE_ROWS)
    assert ActionItem.objects.count() == 0


def test_whole_text_is_kept_byte_for_byte() -> None:
    import_records(THREE_ROWS)
    lid = Incident.objects.get(external_id="kettle-lid-bug")
    assert sections_of(lid) == {"account": "The spring is a number too weak.\r\n\r\n\tIt opens early.  \r\n"}
    scale = sections_of(Incident.objects.get(external_id="kettle-2024-03-02-scale"))
    assert scale["account"].startswith("# The office kettle")
    assert "- nobody  \n" in scale["account"]


def test_text_that_the_sections_hold_is_not_kept_twice() -> None:
    import_records(THREE_ROWS)
    assert sections_of(Incident.objects.get(external_id="kettle-2024-05-06-outage")) == {
        "summary": "There was no tea.",
        "fix": "A second kettle.",
    }


def test_unknown_date_stays_unknown() -> None:
    import_records(THREE_ROWS)
    lid = Incident.objects.get(external_id="kettle-lid-bug")
    assert (lid.started_at, lid.resolved_at, lid.closed_at) == (None, None, None)
    assert {tag.name for tag in lid.tags.all()} == {"bug-diagnosis"}


def test_exact_times_are_taken_where_they_are_told() -> None:
    import_records(THREE_ROWS)
    tea = Incident.objects.get(external_id="kettle-2024-05-06-outage")
    assert tea.started_at == datetime(2024, 5, 7, 6, 30, tzinfo=UTC)
    assert tea.resolved_at == datetime(2024, 5, 7, 7, 40, tzinfo=UTC)
    assert tea.started_precision == Precision.MINUTE


def test_snippets_get_a_language_and_colours() -> None:
    import_records(THREE_ROWS)
    first, second = Snippet.objects.order_by("pk")
    assert (first.code, first.language) == ("descale --all\n", "bash")
    assert (second.code, second.language) == ("boil until dry\n", "text")
    assert first.highlighted


def test_origin_and_licence_stand_in_the_timeline() -> None:
    import_records(THREE_ROWS)
    tea = Incident.objects.get(external_id="kettle-2024-05-06-outage")
    entry = tea.entries.get()
    for words in ("Kettle Guild", "https://kettle.example/tea", "tea.md", "CC-BY-SA-4.0 (may not be passed on)"):
        assert words in entry.body
    assert entry.data["import"]["licence"] == "CC-BY-SA-4.0"
    assert entry.data["import"]["source_repo"] == "kettle/postmortems"


def test_imported_postmortem_is_an_unproven_draft() -> None:
    import_records(THREE_ROWS)
    states = set(Postmortem.objects.values_list("status", "proof", "published_at"))
    assert states == {(PostmortemStatus.DRAFT, ProofState.UNPROVEN, None)}


def test_report_counts_what_could_not_be_mapped() -> None:
    report = import_records(THREE_ROWS)
    assert "3  taken as INC-1 to INC-3" in report
    assert "1  no date: the start is not known (kettle-lid-bug)" in report
    assert "1  no service named (kettle-lid-bug)" in report
    assert "1  no sections: the whole text is the account (kettle-lid-bug)" in report
    assert "1  a snippet's language is not known here: guessed (kettle-2024-03-02-scale)" in report
    assert "1  several services in one name: taken apart (kettle-2024-03-02-scale)" in report


def test_repeating_changes_nothing() -> None:
    import_records(THREE_ROWS)
    before = counts()[:-1]
    report = import_records(THREE_ROWS)
    assert "0  taken\n" in report
    assert "3  already there" in report
    assert counts()[:-1] == before


def test_dry_run_reports_and_writes_nothing() -> None:
    before = counts()
    report = import_records(THREE_ROWS, "--dry-run")
    assert "3  taken" in report
    assert "Nothing was written" in report
    assert counts() == before
    import_records(THREE_ROWS)
    assert Incident.objects.order_by("number").first().label == "INC-1"  # type: ignore[union-attr]  # three are there


def test_changed_row_is_reported_and_left(tmp_path: Path) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", row()))
    report = import_records(write_rows(tmp_path / "a.jsonl", row(title="The lamp is out")))
    assert "1  differ from what is here: left as they are" in report
    assert Incident.objects.get().title == "The lamp flickers"


def test_changed_row_is_taken_on_request(tmp_path: Path) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", row()))
    changed = row(title="The lamp is out", body_markdown="Out.", snippets=[{"language": "sh", "code": "on"}])
    path = write_rows(tmp_path / "a.jsonl", changed)
    assert "1  brought up to date" in import_records(path, "--update")
    incident = Incident.objects.get()
    assert (incident.title, sections_of(incident)) == ("The lamp is out", {"account": "Out."})
    assert incident.snippets.get().code == "on"
    assert incident.postmortem.sections.get().revisions.count() == 2
    assert "1  already there" in import_records(path, "--update")


def test_what_somebody_changed_here_is_never_overwritten(tmp_path: Path, responder: User) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", row()))
    incident = Incident.objects.get()
    update(incident=incident, by=responder, now=NOW, version=None, fields={"title": "Our words"})
    report = import_records(write_rows(tmp_path / "a.jsonl", row(title="The lamp is out")), "--update")
    assert "1  differ, and were changed here as well" in report
    assert Incident.objects.get().title == "Our words"


def test_id_of_an_incident_that_was_declared_here_is_left_alone(tmp_path: Path, responder: User) -> None:
    from_here = Incident.objects.create(
        number=900, title="Ours", external_id="lamp-1", declared_by=responder, declared_at=NOW, updated_at=NOW
    )
    report = import_records(write_rows(tmp_path / "a.jsonl", row()), "--update")
    assert "1  have the id of an incident that no import made" in report
    assert Incident.objects.get() == from_here


def test_author_is_named_on_request(tmp_path: Path, responder: User) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", row()), "--by", "responder")
    assert Incident.objects.get().declared_by == responder
    assert AuditEntry.objects.get(action="records.import").actor == responder


def test_author_must_exist_and_may_write(tmp_path: Path, viewer: User) -> None:
    path = write_rows(tmp_path / "a.jsonl", row())
    with pytest.raises(CommandError, match="no account nobody"):
        import_records(path, "--by", "nobody")
    with pytest.raises(CommandError, match="may not write"):
        import_records(path, "--by", "viewer")
    assert Incident.objects.count() == 0


BAD_LINES = [
    ("not json", "is not JSON"),
    ("[1, 2]", "holds a list; it must be an object"),
    (b'{"id": "x", "title": "\xff"}', "not UTF-8"),
    ('{"id": "x", "id": "y", "title": "t"}', "“id” is there twice"),
    ('{"id": "x", "title": "t", "n": NaN}', "NaN"),
    ('{"id": "x", "title": "t", "n": -Infinity}', "-Infinity"),
    ('{"id": "x", "title": "t", "n": ' + "9" * 100_000 + "}", "number that is too long"),
    ('{"id": "x", "title": "t", "n": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    (b'{"id": "x", "title": "a\x00b"}', "is not JSON"),
    ('{"title": "t"}', "id is missing"),
    ('{"id": "x", "title": " "}', "title is empty"),
    ('{"id": "x", "title": 7}', "title is a number; it must be text"),
    ('{"id": ["x"], "title": "t"}', "id is a list"),
    ('{"id": "a\\u0000b", "title": "t"}', "id holds control characters"),
    ('{"id": "' + "x" * 201 + '", "title": "t"}', "id has 201 characters"),
    ('{"id": "x", "title": "t", "sections": []}', "sections is a list"),
    ('{"id": "x", "title": "t", "sections": {"fix": 1}}', "sections.fix is a number"),
    ('{"id": "x", "title": "t", "services": [null]}', "services holds null"),
    ('{"id": "x", "title": "t", "tags": "a"}', "tags is text; it must be a list"),
    ('{"id": "x", "title": "t", "snippets": ["a"]}', "snippets holds text"),
    ('{"id": "x", "title": "t", "snippets": [{"code": true}]}', "code is true or false"),
    ('{"id": "x", "title": "t", "date": "2024-13-01"}', "date is “2024-13-01”"),
    ('{"id": "x", "title": "t", "body_markdown": {}}', "body_markdown is an object"),
    ('{"id": "x", "title": "t", "body_markdown": "' + "a" * 200_001 + '"}', "body_markdown has 200,001 characters"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES, ids=[reason for _, reason in BAD_LINES])
def test_bad_row_is_named_and_the_others_are_taken(tmp_path: Path, line: str | bytes, reason: str) -> None:
    report = import_records(write_rows(tmp_path / "a.jsonl", row(), line, "", row(id="lamp-2")))
    assert "2  taken as INC-1 to INC-2" in report
    assert "1  not taken" in report
    told = next(text for text in report.splitlines() if "a.jsonl:2:" in text)
    assert reason in told
    assert Incident.objects.count() == 2


def test_nothing_but_bad_rows_fails_the_command(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        import_records(write_rows(tmp_path / "a.jsonl", "{", "{"))
    assert stop.value.code == 1


def test_same_id_twice_in_a_file_is_one_incident(tmp_path: Path) -> None:
    report = import_records(write_rows(tmp_path / "a.jsonl", row(), row(), row(title="Another")))
    assert "1  taken as INC-1" in report
    assert "1  already there" in report
    assert "1  differ from what is here" in report


def test_control_characters_are_replaced_and_reported(tmp_path: Path) -> None:
    report = import_records(write_rows(tmp_path / "a.jsonl", row(body_markdown="a\x00b\ud800")))
    assert sections_of(Incident.objects.get())["account"] == "a\ufffdb\ufffd"
    assert "control characters: replaced by U+FFFD (lamp-1)" in report


def test_long_title_is_cut_and_kept_whole_in_the_account(tmp_path: Path) -> None:
    title = "word " * 60 + "end"
    report = import_records(write_rows(tmp_path / "a.jsonl", row(title=title, body_markdown="Body.")))
    incident = Incident.objects.get()
    assert len(incident.title) <= 200
    assert sections_of(incident)["account"] == f"{title}\n\nBody."
    assert "1  title over 200 characters: cut" in report


def test_long_summary_stands_in_the_postmortem_only(tmp_path: Path) -> None:
    summary = "long " * 5_000
    import_records(write_rows(tmp_path / "a.jsonl", row(sections={"summary": summary})))
    incident = Incident.objects.get()
    assert incident.summary == ""
    assert sections_of(incident)["summary"] == summary


def test_section_without_a_place_joins_the_account(tmp_path: Path) -> None:
    changed = row(body_markdown="Body.", sections={"fix": "Mend", "weather": "It rained."})
    report = import_records(write_rows(tmp_path / "a.jsonl", changed))
    assert sections_of(Incident.objects.get()) == {"fix": "Mend", "account": "Body.\n\n## weather\n\nIt rained."}
    assert "a section that there is no place for: put into the account (lamp-1)" in report


def test_row_without_any_text_has_no_postmortem(tmp_path: Path) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", {"id": "bare", "title": "Only this"}))
    assert not Postmortem.objects.exists()
    assert Incident.objects.get().title == "Only this"


def test_several_addresses_leave_the_first(tmp_path: Path) -> None:
    url = "https://a.example/1), [see also](https://b.example/2"
    import_records(write_rows(tmp_path / "a.jsonl", row(url=url), row(id="lamp-2", url="gopher://a.example")))
    assert Incident.objects.get(external_id="lamp-1").source_url == "https://a.example/1"
    second = Incident.objects.get(external_id="lamp-2")
    assert second.source_url == ""
    assert "gopher://a.example" in second.entries.get().body


@pytest.mark.parametrize(
    ("date", "start", "end", "expected"),
    [
        (None, "2024-01-02T10:00:00Z", "2024-01-02T09:00:00Z", ("2024-01-02T10:00", "minute", None)),
        ("2024-01-02", "2024-01-05T10:00:00Z", None, ("2024-01-02T00:00", "day", None)),
        ("2024-01-02", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z", ("2024-01-02T00:00", "day", "2024-01-03T00:00")),
        ("2024-01-02", "10 o'clock", "later", ("2024-01-02T00:00", "day", None)),
        ("1912-04-14", None, None, (None, "minute", None)),
        ("2199-01-01", None, None, (None, "minute", None)),
    ],
)
def test_times_that_contradict_or_can_not_be(
    tmp_path: Path, date: str | None, start: str | None, end: str | None, expected: tuple[str | None, str, str | None]
) -> None:
    import_records(write_rows(tmp_path / "a.jsonl", row(date=date, start_time=start, end_time=end)))
    incident = Incident.objects.get()
    found = [moment and f"{moment:%Y-%m-%dT%H:%M}" for moment in (incident.started_at, incident.resolved_at)]
    assert (found[0], incident.started_precision, found[1]) == expected
