"""What can be given to an import: files, folders, archives, and what is refused of them."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError

from incidents.models import Incident
from integrations.importing import archive, lines
from integrations.importing.problems import Unreadable
from tests.integrations.import_rows import import_records, row, write_rows

LINE = b'{"id": "z-1", "title": "From a zip"}\n'


def make_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return path


def lines_in(path: Path) -> list[lines.Line]:
    return list(lines.open_source(path).lines())


@pytest.mark.django_db
def test_folder_and_those_below_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write_rows(tmp_path / "b.jsonl", row(id="b"))
    write_rows(tmp_path / "deep" / "a.ndjson", row(id="a"))
    (tmp_path / "notes.txt").write_text("no rows")
    report = import_records(tmp_path)
    assert set(Incident.objects.values_list("external_id", flat=True)) == {"a", "b"}
    assert "Not read, since they are no rows: notes.txt (1)." in report


@pytest.mark.django_db
def test_zip_is_read(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "records.zip", {"x/a.jsonl": LINE, "readme.md": b"hello"})
    assert "1  taken as INC-1" in import_records(path)
    assert Incident.objects.get().external_id == "z-1"


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = write_rows(tmp_path / "secret.jsonl", row())
    inside = tmp_path / "given"
    inside.mkdir()
    (inside / "link.jsonl").symlink_to(outside)
    (inside / "up").symlink_to(tmp_path)
    with pytest.raises(Unreadable, match="No file"):
        lines.open_source(inside)


@pytest.mark.parametrize("name", ["missing.jsonl", "table.csv"])
def test_what_can_not_be_rows_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "table.csv").write_text("id,title\n1,a\n")
    with pytest.raises(CommandError):
        import_records(tmp_path / name)


def test_format_that_is_named_takes_any_file_name(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"# a comment\n" + LINE)
    assert len(list(lines.open_source(path, any_name=True).lines())) == 2


def test_byte_order_mark_blank_lines_and_missing_last_line_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINE + b"\r\n\n" + LINE.strip())
    found = lines_in(path)
    assert [line.data.strip() for line in found] == [LINE.strip()] * 2
    assert [line.where for line in found] == ["a.jsonl:1", "a.jsonl:4"]


def test_endless_line_is_skipped_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LINE_LIMIT", 1_000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 200_000 + b"\n" + LINE)
    long, following = lines_in(path)
    assert "200,001 bytes" in long.fault
    assert (following.where, following.data) == ("a.jsonl:2", LINE)
    assert long.length + following.length == path.stat().st_size


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.jsonl": LINE * 3, "b.jsonl": LINE})
    source = lines.open_source(path)
    assert sum(line.length for line in source.lines()) == source.size


def test_archive_that_would_unpack_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_LIMIT", 1_000_000)
    path = make_zip(tmp_path / "a.zip", {"a.jsonl": b"\0" * 600_000, "b.jsonl": b"\0" * 600_000})
    with pytest.raises(CommandError, match=r"would unpack to 1\.2 MB; the limit is 1\.0 MB\. Nothing was imported"):
        import_records(path)


def test_archive_that_shrinks_too_well_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.jsonl": b"\0" * 5_000_000})
    with pytest.raises(Unreadable, match="times its size"):
        lines.open_source(path)


def test_archive_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBERS_LIMIT", 3)
    path = make_zip(tmp_path / "a.zip", {f"{number}.jsonl": b"" for number in range(4)})
    with pytest.raises(Unreadable, match="holds 4 files"):
        lines.open_source(path)


@pytest.mark.parametrize("name", ["../a.jsonl", "/etc/a.jsonl", "x/../../a.jsonl", "..\\a.jsonl", "C:\\a.jsonl"])
def test_archive_whose_names_lead_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "a.zip", {name: LINE})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Unreadable, match="points outside"):
        lines.open_source(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as opened:
        link = zipfile.ZipInfo("a.jsonl")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable, match="link or device"):
        lines.open_source(path)


def test_archive_with_overlapping_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(overlapping_zip())
    with pytest.raises(Unreadable, match="overlap"):
        lines.open_source(path)


def overlapping_zip() -> bytes:
    """Two directory entries that share one stored file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr("a.jsonl", LINE)
    data = buffer.getvalue()
    directory = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[directory:end]
    counts = struct.pack("<HHII", 2, 2, len(entry) * 2, directory)
    return data[:directory] + entry + entry.replace(b"a.jsonl", b"b.jsonl") + data[end : end + 8] + counts + b"\0\0"


def test_encrypted_archive_is_refused(tmp_path: Path) -> None:
    data = bytearray(make_zip(tmp_path / "a.zip", {"a.jsonl": LINE}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Unreadable, match="encrypted"):
        lines.open_source(tmp_path / "a.zip")


def test_archive_with_a_method_that_can_unpack_to_anything_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.jsonl": LINE}, zipfile.ZIP_LZMA)
    with pytest.raises(Unreadable, match="method"):
        lines.open_source(path)


def test_archives_inside_an_archive_are_not_opened(tmp_path: Path) -> None:
    inner = make_zip(tmp_path / "inner.zip", {"a.jsonl": LINE}).read_bytes()
    source = lines.open_source(make_zip(tmp_path / "a.zip", {"b.jsonl": LINE, "inner.zip": inner}))
    assert source.ignored == ("inner.zip",)


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 300, b"PK\x05\x06" + b"\0" * 10])
def test_broken_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match="zip"):
        lines.open_source(path)


@pytest.mark.django_db
def test_damaged_member_costs_its_rows_only(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.jsonl": LINE, "b.jsonl": LINE.replace(b"z-1", b"z-2")}, zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"From a zip", b"From a zap", 1))
    report = import_records(path)
    assert "The rest of a.jsonl is damaged" in report
    assert Incident.objects.filter(external_id="z-2").exists()
