"""Files: typed by content, named harmlessly, stored whole or not at all."""

import errno
import hashlib
import io
import os
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from hindsight.lib.files import (
    DiskFull,
    FileStore,
    FileType,
    TooLarge,
    clean_filename,
    content_disposition,
    decode_text,
    sniff,
    store_streamed,
)
from tests.lib.test_images import picture, png_header

BYTES = FileType("application/octet-stream", is_inline_image=False, is_text=False)
ACTIVE = FileType("application/octet-stream", is_inline_image=False, is_text=True)
TEXT = FileType("text/plain", is_inline_image=False, is_text=True)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (picture("PNG"), FileType("image/png", is_inline_image=True, is_text=False)),
        (picture("JPEG"), FileType("image/jpeg", is_inline_image=True, is_text=False)),
        (b"ERROR pool exhausted\n", TEXT),
        ("Größe ✓\r\n\x1b[31mred".encode(), TEXT),
        ("ungültig".encode("latin-1"), TEXT),
        ("wide text".encode("utf-16"), TEXT),
        (b"\xef\xbb\xbfwith a mark", TEXT),
        (("x" * 65_535 + "ü").encode()[:65_536], TEXT),
        (b"", TEXT),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", ACTIVE),
        (b"\xef\xbb\xbf  \n<?xml version='1.0'?><a/>", ACTIVE),
        (b"<!DOCTYPE html><script>x</script>", ACTIVE),
        ("<html><script>x</script>".encode("utf-16"), ACTIVE),
        (b"text first <script>alert(1)</script>", ACTIVE),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\x00\x01", BYTES),
        (b"\x00\x01\x02\x03 binary", BYTES),
        (b"\x7fELF\x02\x01\x01\x00", BYTES),
        (b"PK\x03\x04" + b"\x00" * 60, FileType("application/zip", is_inline_image=False, is_text=False)),
        (png_header(13_000, 13_000), BYTES),
    ],
)
def test_the_bytes_decide(head: bytes, found: FileType) -> None:
    for name in ("x", "x.png", "x.html", "x.svg", "x.txt"):
        assert sniff(head, name) == found


@given(st.binary(max_size=300))
def test_no_bytes_are_served_as_something_active(head: bytes) -> None:
    found = sniff(head, "x.html").content_type
    assert found in {"application/octet-stream", "text/plain"} or found.startswith(
        ("image/", "video/", "audio/", "application/")
    )
    assert not any(word in found for word in ("html", "xml", "svg", "javascript", "pdf"))


def test_text_decodes() -> None:
    assert decode_text("zwölf".encode()) == "zwölf"
    assert decode_text("zwölf".encode("utf-16")) == "zwölf"
    assert decode_text("zwölf Boxkämpfer".encode("latin-1")) == "zwölf Boxkämpfer"
    assert decode_text(b"a\x00b") is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("graph.png", "graph.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\trace.log", "trace.log"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("nul\x00.png", "nul.png"),
        ('"><img onerror=x>.png', '"><img onerror=x>.png'),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (".htaccess", "htaccess"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("e\u0301.txt", "é.txt"),
        ("\ud800.txt", "txt"),
    ],
)
def test_display_names(name: str, shown: str) -> None:
    assert clean_filename(name) == shown


@given(st.text(st.characters(exclude_categories=[]), max_size=300))
def test_headers_are_one_line_of_ascii_and_carry_the_name(name: str) -> None:
    value = content_disposition(name)
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
    encoded = value.partition("filename*=UTF-8''")[2]
    shown = unquote(encoded) if encoded else value.split('"')[1]
    assert shown == clean_filename(name)
    assert 0 < len(shown) <= 200


def test_headers_by_rfc_6266() -> None:
    assert content_disposition("a b.log", inline=True) == 'inline; filename="a b.log"'
    assert content_disposition('ü".txt') == "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%BC%22.txt"


def files_in(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_stored_byte_for_byte(tmp_path: Path) -> None:
    data = os.urandom(2_500_000)
    store = FileStore(tmp_path)
    stored = store.save(io.BytesIO(data), limit=3_000_000)
    assert store.path(stored.relpath).read_bytes() == data
    assert (stored.size, stored.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert stored.head == data[:65_536]
    first, second, name = stored.relpath.split("/")
    assert name.startswith(first + second)
    assert len(files_in(tmp_path)) == 1


def test_an_uploaded_file_is_stored(tmp_path: Path) -> None:
    stored = store_streamed(SimpleUploadedFile("../x.png", b"abc"), limit=10, root=tmp_path)
    assert (tmp_path / stored.relpath).read_bytes() == b"abc"


def test_an_empty_file_is_stored(tmp_path: Path) -> None:
    assert FileStore(tmp_path).save(io.BytesIO(b""), limit=10).size == 0


@pytest.mark.parametrize("file", [io.BytesIO(b"x" * 3_000_001), SimpleUploadedFile("x", b"x" * 3_000_001)])
def test_too_large_names_size_and_limit_and_leaves_nothing(file: SimpleUploadedFile, tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as refusal:
        FileStore(tmp_path).save(file, limit=3_000_000)
    assert str(refusal.value).startswith("The file has 3 MB, the limit is 2 MB (setting UPLOAD_MAX_MB). Compress it")
    assert refusal.value.limit == 3_000_000
    assert files_in(tmp_path) == []


class Breaking(io.BytesIO):
    """A stream that breaks off after its first piece."""

    def __init__(self, problem: Exception) -> None:
        super().__init__(b"x" * 2_000_000)
        self.problem = problem

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise self.problem
        return super().read(size)


@pytest.mark.parametrize(
    ("problem", "raised"),
    [
        (OSError(errno.ENOSPC, "full"), DiskFull),
        (OSError(errno.EDQUOT, "quota"), DiskFull),
        (ConnectionResetError(errno.ECONNRESET, "gone"), ConnectionResetError),
        (ValueError("odd"), ValueError),
    ],
)
def test_no_error_leaves_half_a_file(problem: Exception, raised: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(raised):
        FileStore(tmp_path).save(Breaking(problem), limit=9_000_000)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "relpath", ["../x", "/etc/passwd", "aa/bb", "aa/bb/../../x", "AA/bb/" + "a" * 32, "aa/bb/" + "a" * 32 + "/x", ""]
)
def test_only_paths_of_stored_files_are_opened(relpath: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not the path of a stored file"):
        FileStore(tmp_path).open(relpath)


def test_what_was_made_from_a_file_goes_with_it(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    kept = store.save(io.BytesIO(b"kept"), limit=10).relpath
    gone = store.save(io.BytesIO(b"gone"), limit=10).relpath
    store.path(gone, "preview.webp").write_bytes(b"p")
    store.delete(gone)
    store.delete(gone)
    assert files_in(tmp_path) == [tmp_path / kept]


def test_old_temporary_files_are_swept(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    (tmp_path / "tmp").mkdir()
    for name, age in (("old", 7200), ("new", 0)):
        (tmp_path / "tmp" / name).write_bytes(b"x")
        os.utime(tmp_path / "tmp" / name, (time.time() - age,) * 2)
    assert store.sweep() == 1
    assert [path.name for path in files_in(tmp_path)] == ["new"]


def test_free_room_is_known(tmp_path: Path) -> None:
    assert FileStore(tmp_path / "new").free_bytes() > 0
