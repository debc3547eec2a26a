"""Whoosh 2.7.4 with its known defects cured: lost hits, copied memory, no fsync, mapped files. See docs/search.md."""

import os
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage, ReadOnlyError
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.query import Or

_compound_init = CompoundStorage.__init__
# Every saved change makes a small file until it is merged into a large one.
HELD_BYTES = 500_000


class MappedFile:
    """Reads a buffer as a file without copying it; Whoosh's own way takes a copy of every postings file."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, or all that are left."""
        end = len(self._buffer) if size is None or size < 0 else self._at + size
        found = bytes(self._buffer[self._at : end])
        self._at += len(found)
        return found

    def readline(self) -> bytes:
        """The bytes up to and with the next line feed."""
        step, found = 256, b""
        while b"\n" not in found:
            piece = bytes(self._buffer[self._at + len(found) : self._at + len(found) + step])
            if not piece:
                break
            found += piece
        found = found[: found.index(b"\n") + 1] if b"\n" in found else found
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move, as a file's own `seek` does."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._buffer)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def close(self) -> None:
        """Let go of the buffer."""
        self._buffer = memoryview(b"")


def _mapped_init(self: Any, buf: Any, name: str | None = None, onclose: Callable[[Any], None] | None = None) -> None:
    self._buf = buf
    self._name = name
    self.file = MappedFile(memoryview(buf))
    self.onclose = onclose
    self.is_real = False
    self.is_closed = False


class DurableStorage(FileStorage):  # type: ignore[misc]  # whoosh ships no types
    """Index files that only their owner may read and that are on the disk when they are closed or renamed."""

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **options: Any) -> StructFile:
        """Open a new file for writing; closing it waits for the disk."""
        if self.readonly:
            raise ReadOnlyError
        flags = os.O_CREAT | os.O_RDWR | (os.O_EXCL if excl else os.O_TRUNC)
        # Whoosh's StructFile closes it.
        opened = os.fdopen(os.open(self._fpath(name), flags, 0o600), mode)
        return StructFile(opened, name=name, onclose=_sync, **options)

    def reading(self, name: str, check: Callable[[BinaryIO], None]) -> Callable[[int, int], bytes]:
        """What reads a file: so many bytes from a place on, by any thread. `check` reads it before and raises what it
        finds. The file stays whole when its name goes, and is closed with its last reader; a small one is held."""
        with Path(self._fpath(name)).open("rb") as stream:
            check(stream)
            if stream.tell() <= HELD_BYTES:
                stream.seek(0)
                held = stream.read()
                return lambda size, at: held[at : at + size]
            descriptor = os.dup(stream.fileno())
        read = partial(os.pread, descriptor)
        weakref.finalize(read, os.close, descriptor)
        return read

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Rename, and wait until the directory says so on the disk."""
        super().rename_file(oldname, newname, safe=safe)
        sync_directory(Path(self.folder))

    def lock(self, name: str) -> Any:
        """Whoosh's own lock of a directory, on a file that only its owner may open."""
        os.close(os.open(self._fpath(name), os.O_CREAT | os.O_RDWR, 0o600))
        return super().lock(name)


class _Held(bytes):
    """A file that was read into memory, closed as a mapped one is."""

    def close(self) -> None:
        """Nothing is open."""


def _held_init(self: Any, dbfile: Any, use_mmap: bool = True, basepos: int = 0) -> None:
    """Documents and their numbers are about a hundred bytes each. Mapped, a file that is cut short meanwhile would end
    the process that reads it."""
    _compound_init(self, dbfile, use_mmap=False, basepos=basepos)
    dbfile.seek(0)
    self._source = _Held(dbfile.read())
    self._file = None
    dbfile.close()


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(opened: Any) -> None:
    opened.file.flush()
    os.fsync(opened.file.fileno())


def cure() -> None:
    """Put the cures in place; safe to repeat. The engine does so when it is imported."""
    # The default matcher loses hits of an OR on segments above 5,000 documents.
    Or.matcher_type = Or.ARRAY_MATCHER
    BufferFile.__init__ = _mapped_init
    CompoundStorage.__init__ = _held_init


cure()
