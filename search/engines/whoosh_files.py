"""Where a Whoosh index lies: a directory of ours alone, in it one a generation, and the name of the current one."""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.engines.protocol import EngineError
from search.engines.whoosh_cures import sync_directory
from search.engines.whoosh_schema import SCHEMA_VERSION

_GENERATION = re.compile(r"v(\d+)-[0-9a-f]{16}")


class Busy(EngineError):
    """Another process is writing the index."""


class IndexFiles:
    """The files of one installation's index. Index files are pickles: one that another user may have written is never
    opened, because opening it would run what it holds."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def current(self) -> Path:
        """The directory of the index in use."""
        _check_ours(self.home)
        try:
            name = (self.home / "current").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise EngineError("there is no index yet") from problem
        match = _GENERATION.fullmatch(name)
        if match is None:
            raise EngineError("the file that names the index is damaged")
        if int(match[1]) != SCHEMA_VERSION:
            raise EngineError("the index is of another version")
        path = self.home / name
        _check_ours(path)
        return path

    def prepare(self) -> None:
        """Make the directory, readable by its owner alone; contents that others could have written are thrown away."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.home.stat().st_mode & 0o077:
                self.home.chmod(0o700)
                for path in self.home.iterdir():
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            _check_ours(self.home)
        except OSError as problem:
            raise EngineError(f"the index directory can't be made or written ({problem.strerror})") from problem

    def new_generation(self) -> Path:
        """An empty directory beside the one in use."""
        path = self.home / f"v{SCHEMA_VERSION}-{secrets.token_hex(8)}"
        try:
            path.mkdir(mode=0o700)
        except OSError as problem:
            raise EngineError(f"the index directory can't be written ({problem.strerror})") from problem
        return path

    def switch_to(self, path: Path) -> None:
        """Put a complete generation to use, in one step that survives a power cut, and clear the others away."""
        draft = self.home / f"current.{os.getpid()}"
        with draft.open("w", encoding="ascii") as stream:
            stream.write(path.name)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self.home / "current")
        sync_directory(self.home)
        self.sweep(path)

    def sweep(self, keep: Path | None = None) -> None:
        """Remove every generation but one; what a killed rebuild left is among them."""
        for path in self.home.iterdir():
            if path != keep and _GENERATION.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith("current."):
                path.unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one process that writes; raises Busy when another is. The kernel frees the lock of a killed one."""
        self.prepare()
        try:
            descriptor = os.open(self.home / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as problem:
            raise EngineError(f"the index directory can't be written ({problem.strerror})") from problem
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as problem:
                raise Busy("another process is writing the index") from problem
            yield
        finally:
            os.close(descriptor)

    def note(self, reason: str) -> None:
        """Ask the indexing process for a rebuild."""
        self.prepare()
        (self.home / "rebuild").write_text(reason[:500], "utf-8")

    def noted(self) -> str:
        """What `note` said last, or ""."""
        try:
            return (self.home / "rebuild").read_text("utf-8", "replace") or "no reason given"
        except OSError:
            return ""

    def show_progress(self, done: int, total: int) -> None:
        """Leave word of how far a rebuild has come, for those who search meanwhile."""
        (self.home / "progress").write_text(f"{done:,} of {total:,}", "ascii")

    def progress(self) -> str:
        """What `show_progress` said last, or ""."""
        try:
            return (self.home / "progress").read_text("ascii", "replace")[:60]
        except OSError:
            return ""

    def forget_note(self) -> None:
        """The rebuild was done."""
        (self.home / "rebuild").unlink(missing_ok=True)
        (self.home / "progress").unlink(missing_ok=True)


def _check_ours(path: Path) -> None:
    try:
        found = path.lstat()
    except OSError as problem:
        raise EngineError("there is no index yet") from problem
    if not path.is_dir() or path.is_symlink():
        raise EngineError("the index directory is no directory")
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EngineError("the index directory can be read or written by others")
