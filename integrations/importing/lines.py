"""Lines out of a file, a folder or a zip archive: streamed, bounded, and never followed outside."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from integrations.importing import archive
from integrations.importing.problems import Unreadable

# Bytes. A row holds a whole postmortem; what is longer is no row.
LINE_LIMIT = 16 * 1024 * 1024
SUFFIXES = (".jsonl", ".ndjson")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where it stands, its bytes or why there are none, and how many bytes of the source it used up."""

    where: str
    data: bytes
    fault: str
    length: int


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that an import was given. `size` is in bytes, `ignored` names what is not read."""

    path: Path
    size: int
    files: tuple[Path, ...] = ()
    members: tuple[zipfile.ZipInfo, ...] = ()
    ignored: tuple[str, ...] = field(default=())

    def lines(self) -> Iterator[Line]:
        """Every line that is not blank, file by file in the order of their names."""
        for path in self.files:
            with path.open("rb") as stream:
                yield from _lines(stream, path.name)
        if self.members:
            yield from _members(self.path, self.members)


def open_source(path: Path, *, any_name: bool = False) -> Source:
    """What `path` holds. Raises Unreadable; `any_name` also takes a file that does not look like JSON lines."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise Unreadable(f"There is no {path}.")
    if not stat.S_ISREG(path.stat().st_mode):
        raise Unreadable(f"{path} is neither a file nor a folder.")
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}.") from error
    if head.startswith(_ZIP_STARTS):
        return _zip(path)
    if not any_name and not looks_like_rows(path.name, head):
        raise Unreadable(f"{path.name} does not hold one JSON object a line. Say --format hindsight if it does.")
    return Source(path=path, size=path.stat().st_size, files=(path,))


def looks_like_rows(name: str, head: bytes) -> bool:
    """Whether a file is JSON lines, by its name or its first character."""
    return name.lower().endswith(SUFFIXES) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b""}


def _folder(path: Path) -> Source:
    """The files of a folder and those below it. Links are not followed: they may lead anywhere."""
    found = sorted(item for item in path.rglob("*") if not item.is_symlink() and item.is_file())
    files = tuple(item for item in found if item.suffix.lower() in SUFFIXES)
    if not files:
        raise Unreadable(f"No file in {path} ends in {' or '.join(SUFFIXES)}.")
    ignored = tuple(str(item.relative_to(path)) for item in found if item not in set(files))
    return Source(path=path, size=sum(item.stat().st_size for item in files), files=files, ignored=ignored)


def _zip(path: Path) -> Source:
    members, ignored = archive.checked_members(path, suffixes=SUFFIXES)
    return Source(path=path, size=sum(item.file_size for item in members), members=members, ignored=ignored)


def _members(path: Path, members: tuple[zipfile.ZipInfo, ...]) -> Iterator[Line]:
    """The lines of a checked archive; a damaged member ends there and the next one follows."""
    with zipfile.ZipFile(path) as opened:
        for member in members:
            name = Path(member.filename).name
            try:
                with opened.open(member) as stream:
                    yield from _lines(stream, name)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
                yield Line(where=name, data=b"", fault=f"The rest of {name} is damaged ({error}).", length=0)


def _lines(stream: IO[bytes], name: str) -> Iterator[Line]:
    number = 0
    while piece := stream.readline(LINE_LIMIT + 1):
        number += 1
        length, fault = len(piece), ""
        if len(piece) > LINE_LIMIT:
            length += 0 if piece.endswith(b"\n") else _skip_line(stream)
            fault = f"The line has {length:,} bytes; the limit is {LINE_LIMIT:,}."
        data = piece.removeprefix(b"\xef\xbb\xbf") if number == 1 else piece
        if fault or data.strip():
            yield Line(where=f"{name}:{number}", data=b"" if fault else data, fault=fault, length=length)


def _skip_line(stream: IO[bytes]) -> int:
    """Read on to the end of a line without keeping it; returns its bytes."""
    skipped = 0
    while piece := stream.readline(64 * 1024):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped
