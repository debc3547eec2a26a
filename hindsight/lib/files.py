"""Uploaded files: what they are, what they may be called, and how they reach the disk whole or not at all."""

import errno
import hashlib
import os
import re
import shutil
import time
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias
from urllib.parse import quote

import puremagic
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from hindsight.lib.images import ImageFacts, Refused, inspect_head
from hindsight.lib.text import clean

# Quoted: Django's File takes a type argument in its stubs only.
Upload: TypeAlias = "File[bytes] | IO[bytes]"

HEAD_BYTES = 65_536
NAME_LIMIT = 200
TEMP_MAX_AGE_S = 3600.0
BINARY = "application/octet-stream"

_CHUNK = 1_000_000
_TEMP = "tmp"
_STORED_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}(?:\.[a-z0-9]{1,20}){0,2}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

# Passive in every browser even without the headers that forbid rendering; all else is served as plain bytes.
_PASSIVE = {
    *("application/zip", "application/gzip", "application/x-gzip", "application/x-bzip2", "application/x-xz"),
    *("application/zstd", "application/x-tar", "application/x-7z-compressed"),
    *("video/mp4", "video/webm", "video/quicktime", "audio/mpeg", "audio/ogg"),
}
_ACTIVE_TEXT = re.compile(
    rb"<(?:!doctype|html|head|body|script|svg|\?xml|iframe|object|embed|link|meta|style|title|img|a\s|h1|div|table)|%PDF-|mime-version:",
    re.IGNORECASE,
)
_TEXT_CONTROLS = frozenset(range(0x20)) - {0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B}
_UNFIT_IN_NAMES = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffd]"
)


MEGABYTE = 1024 * 1024


def over_limit(size: int, limit: int) -> str:
    """Tell what a file of `size` bytes may do about a limit of `limit` bytes; the same words wherever it is met."""
    return (
        f"The file has {-(-size // MEGABYTE):,} MB, the limit is {limit // MEGABYTE:,} MB "
        "(setting UPLOAD_MAX_MB). Compress it or attach a part."
    )


class TooLarge(Exception):
    """The file passes the limit; both in bytes. `size` is what was seen of it, at least."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(over_limit(size, limit))
        self.size = size
        self.limit = limit


class DiskFull(Exception):
    """The disk, or our share of it, has no room for the file."""


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file is by its bytes. `content_type` is what it may be served as; the name has no say in it."""

    content_type: str
    is_inline_image: bool
    is_text: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on disk: its path below the store's root, bytes, SHA-256 in hex, and its first bytes."""

    relpath: str
    size: int
    sha256: str
    head: bytes


def sniff(head: bytes, filename: str = "") -> FileType:
    """Tell what a file is from its first 64 kB.

    PNG, JPEG, GIF and WebP are inline images; text is text/plain; anything a browser might run (SVG, HTML, XML, PDF)
    and everything unknown is application/octet-stream. The file name is taken for the caller's convenience only.
    """
    del filename
    head = head[:HEAD_BYTES]
    image = inspect_head(head)
    if isinstance(image, ImageFacts):
        return FileType(f"image/{image.kind}", is_inline_image=True, is_text=False)
    if _is_image_too_large(image):
        return FileType(BINARY, is_inline_image=False, is_text=False)
    if decode_text(head) is not None:
        is_active = _ACTIVE_TEXT.search(_plain_bytes(head[:4096])) is not None
        return FileType(BINARY if is_active else "text/plain", is_inline_image=False, is_text=True)
    return FileType(_passive_type(head), is_inline_image=False, is_text=False)


def decode_text(data: bytes) -> str | None:
    """Decode text in UTF-8, UTF-16 with a byte order mark, or Latin-1; None for bytes that are no text.

    The last character may be cut off.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data[: len(data) // 2 * 2].decode("utf-16", "replace")
        return text if text.count("\ufffd") <= len(text) // 20 and "\x00" not in text else None
    if any(byte in _TEXT_CONTROLS for byte in set(data)):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        if problem.start >= len(data) - 3 and problem.reason == "unexpected end of data":
            return data[: problem.start].decode("utf-8-sig")
    return _latin(data)


def clean_filename(name: str) -> str:
    """Return a name fit to show: no path, no hidden characters, at most 200 characters, the extension kept."""
    last = re.split(r"[/\\]", clean(name).text)[-1]
    visible = " ".join(_UNFIT_IN_NAMES.sub("", unicodedata.normalize("NFC", last)).split()).strip(". ")
    if not visible:
        return "file"
    if len(visible) <= NAME_LIMIT:
        return visible
    stem, dot, extension = visible.rpartition(".")
    if not dot or not stem or len(extension) > 20:
        return visible[:NAME_LIMIT]
    return f"{stem[: NAME_LIMIT - len(extension) - 1]}.{extension}"


def content_disposition(filename: str, *, inline: bool = False) -> str:
    """Return the header's value by RFC 6266: an ASCII name for old clients and the true one in UTF-8."""
    name = clean_filename(filename)
    ascii_name = re.sub(r'["\\%]', "_", name.encode("ascii", "replace").decode().replace("?", "_"))
    kind = "inline" if inline else "attachment"
    value = f'{kind}; filename="{ascii_name}"'
    return value if ascii_name == name else f"{value}; filename*=UTF-8''{quote(name, safe='')}"


class FileStore:
    """Files below one directory, named aa/bb/<uuid>. The root is Django's default storage unless given."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or default_root()

    def save(self, file: Upload, *, limit: int) -> Stored:
        """Write to a temporary file, flush it to disk, rename it; raises TooLarge or DiskFull and leaves nothing then.

        The row that names the file is written afterwards, so no row ever names half a file.
        """
        known_size = getattr(file, "size", None)
        if isinstance(known_size, int) and known_size > limit:
            raise TooLarge(known_size, limit)
        name = uuid.uuid4().hex
        relpath = f"{name[:2]}/{name[2:4]}/{name}"
        temp = self.root / _TEMP / name
        try:
            size, sha256, head = _write(file, self._made(temp), limit)
            temp.rename(self._made(self.root / relpath))
            _flush_directory((self.root / relpath).parent)
        except OSError as problem:
            temp.unlink(missing_ok=True)
            if problem.errno in _FULL:
                raise DiskFull from problem
            raise
        except BaseException:
            temp.unlink(missing_ok=True)
            raise
        return Stored(relpath, size, sha256, head)

    def path(self, relpath: str, suffix: str = "") -> Path:
        """Return where a stored file lies, or a thing made from it ("preview.webp"); ValueError for other paths."""
        full = f"{relpath}.{suffix}" if suffix else relpath
        if not _STORED_NAME.fullmatch(full):
            raise ValueError("not the path of a stored file")
        return self.root / full

    def open(self, relpath: str, suffix: str = "") -> IO[bytes]:
        """Open a stored file for reading; raises FileNotFoundError."""
        return self.path(relpath, suffix).open("rb")

    def delete(self, relpath: str) -> None:
        """Delete a stored file and everything made from it; no error when it is gone already."""
        original = self.path(relpath)
        for path in [original, *original.parent.glob(f"{original.name}.*")]:
            path.unlink(missing_ok=True)

    def sweep(self, max_age_s: float = TEMP_MAX_AGE_S) -> int:
        """Delete temporary files that nobody has written to for `max_age_s`; returns how many."""
        limit = time.time() - max_age_s
        old = [path for path in (self.root / _TEMP).glob("*") if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def free_bytes(self) -> int:
        """Return the room that is left on the store's disk."""
        self.root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.root).free

    @staticmethod
    def _made(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def default_root() -> Path:
    """Return the directory of Django's default storage."""
    if not isinstance(default_storage, FileSystemStorage):
        raise TypeError("the default storage is not a directory")
    return Path(default_storage.location)


def store_streamed(file: Upload, *, limit: int, root: Path | None = None) -> Stored:
    """Save a stream in the file store; see FileStore.save."""
    return FileStore(root).save(file, limit=limit)


def _write(file: Upload, target: Path, limit: int) -> tuple[int, str, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    with target.open("xb") as out:
        for chunk in _chunks(file):
            size += len(chunk)
            if size > limit:
                raise TooLarge(size, limit)
            digest.update(chunk)
            head += chunk[: HEAD_BYTES - len(head)]
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest(), head


def _chunks(file: Upload) -> Iterable[bytes]:
    if isinstance(file, File):
        return file.chunks(_CHUNK)
    return iter(lambda: file.read(_CHUNK), b"")


def _flush_directory(path: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_image_too_large(image: Refused) -> bool:
    return "limit" in image.reason


def _plain_bytes(head: bytes) -> bytes:
    """Drop NULs, so that UTF-16 can't hide markup."""
    return head.replace(b"\x00", b"")


def _latin(data: bytes) -> str | None:
    """Decode as Latin-1 when most of it is ASCII: old logs, not binary data."""
    high = sum(byte >= 0x80 for byte in data)
    return data.decode("latin-1") if high <= len(data) * 0.3 else None


def _passive_type(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        # Office documents are zip archives too; as such they are served.
        return "application/zip"
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return BINARY
    mime = str(found[0].mime_type) if found else ""
    return mime if mime in _PASSIVE else BINARY
