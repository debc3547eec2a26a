"""Compressed files: their text is read within limits, and bombs are refused at once."""

import gzip
import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from hindsight.lib.archives import ENTRIES, FILE_BYTES, read_archive
from hindsight.lib.pool import Pool, TookTooLong
from hindsight.lib.reading import Reading, Unreadable

LOG = "".join(
    f"2026-03-01T14:{at // 60:02}:{at % 60:02}Z worker {at * 7919} took {at * 31 % 997} ms\n" for at in range(900)
)


def read(tmp_path: Path, data: bytes, kind: str, **options: float) -> Reading:
    source = tmp_path / "archive"
    source.write_bytes(data)
    return read_archive(source, kind, **options)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def overlapping(times: int) -> bytes:
    """One compressed file that a hundred entries of the directory point at."""
    payload = zlib.compress(b"a" * 90_000 + bytes(range(256)) * 40)[2:-4]
    name, crc = b"x.log", zlib.crc32(b"a" * 90_000 + bytes(range(256)) * 40)
    sizes = (crc, len(payload), 100_240)
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, *sizes, len(name), 0) + name + payload
    entry = (
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, *sizes, len(name), 0, 0, 0, 0, 0, 0) + name
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, times, times, len(entry) * times, len(local), 0)
    return local + entry * times + end


class TestGzip:
    def test_log(self, tmp_path: Path) -> None:
        assert read(tmp_path, gzip.compress(LOG.encode()), "gzip") == Reading(LOG)

    def test_joined_logs(self, tmp_path: Path) -> None:
        data = gzip.compress(b"first\n") + gzip.compress(b"second\n")
        assert read(tmp_path, data, "gzip").text == "first\nsecond\n"

    def test_utf_16_and_colours(self, tmp_path: Path) -> None:
        data = gzip.compress("\x1b[31mÜberlauf\x1b[0m\n".encode("utf-16"))
        assert read(tmp_path, data, "gzip").text == "Überlauf\n"

    def test_the_first_megabyte_is_read(self, tmp_path: Path) -> None:
        reading = read(tmp_path, gzip.compress((LOG * 30).encode()), "gzip")
        assert len(reading.text) == FILE_BYTES
        assert reading.note == "The first 1 MB are read."

    def test_cut_off_log(self, tmp_path: Path) -> None:
        reading = read(tmp_path, gzip.compress(LOG.encode())[:-2_000], "gzip")
        assert LOG.startswith(reading.text)
        assert len(reading.text) > 1_000

    def test_damaged_log(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable, match="damaged"):
            read(tmp_path, b"\x1f\x8b" + b"\xff" * 100, "gzip")

    def test_binary(self, tmp_path: Path) -> None:
        assert read(tmp_path, gzip.compress(bytes(range(256)) * 40), "gzip").note == "What it holds is no text."

    def test_bomb(self, tmp_path: Path) -> None:
        packer = zlib.compressobj(9, wbits=31)
        bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
        begin = time.monotonic()
        with pytest.raises(Unreadable, match="more than 100 times its size"):
            read(tmp_path, bomb, "gzip")
        assert time.monotonic() - begin < 5


class TestZip:
    def test_names_and_texts(self, tmp_path: Path) -> None:
        data = zipped({"logs/app.log": b"kaboom\n", "core.bin": bytes(range(256)), "empty.txt": b""})
        text = read(tmp_path, data, "zip").text
        assert text == "logs/app.log\ncore.bin\nempty.txt\n\n== logs/app.log ==\nkaboom\n"

    def test_archives_inside_stay_closed(self, tmp_path: Path) -> None:
        text = read(tmp_path, zipped({"inner.zip": zipped({"secret.log": b"kaboom"})}), "zip").text
        assert text == "inner.zip"

    def test_first_entries_only(self, tmp_path: Path) -> None:
        reading = read(tmp_path, zipped({f"{at}.log": b"line" for at in range(ENTRIES + 50)}), "zip")
        assert reading.text.count("== ") == ENTRIES
        assert reading.note == "The first 200 of 250 entries are read."

    def test_first_two_megabytes_only(self, tmp_path: Path) -> None:
        reading = read(tmp_path, zipped({f"{at}.log": (LOG * 25).encode() for at in range(4)}), "zip")
        assert 1_990_000 < len(reading.text) < 2_000_200
        assert reading.note == "At most 2 MB of its text are read."

    def test_office_documents(self, tmp_path: Path) -> None:
        reading = read(tmp_path, zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}), "zip")
        assert reading == Reading("", "Office documents are not read; attach their text.")

    def test_encrypted_entries_give_their_names(self, tmp_path: Path) -> None:
        data = bytearray(zipped({"a.log": b"kaboom"}))
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
        assert read(tmp_path, bytes(data), "zip").text == "a.log"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (zipped({"bomb.log": b"a" * 50_000_000}), "more than 100 times its size"),
            (overlapping(100), "overlap"),
            (zipped({f"{at}": b"" for at in range(20_000)}), "20,000 entries, the limit is 10,000"),
            (zipped({"a.log": LOG.encode()})[:-30], "damaged"),
        ],
        ids=["bomb", "overlap", "entries", "cut"],
    )
    def test_refused_quickly(self, tmp_path: Path, data: bytes, reason: str) -> None:
        begin = time.monotonic()
        with pytest.raises(Unreadable, match=reason):
            read(tmp_path, data, "zip")
        assert time.monotonic() - begin < 5

    def test_names_never_touch_the_disk(self, tmp_path: Path) -> None:
        text = read(tmp_path, zipped({"../../evil.log": b"kaboom"}), "zip").text
        assert "../../evil.log" in text
        assert [path.name for path in tmp_path.rglob("*")] == ["archive"]

    def test_unpacking_that_takes_too_long(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def spin(pool: Pool, job: str, *args: object, **options: float) -> bytes:
            raise TookTooLong(job)

        monkeypatch.setattr(Pool, "call", spin)
        with pytest.raises(Unreadable, match=r"unpacking took longer than 10 s\."):
            read(tmp_path, zipped({"a.log": LOG.encode()}), "zip")

    def test_store_that_lost_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            read_archive(tmp_path / "gone", "zip")
