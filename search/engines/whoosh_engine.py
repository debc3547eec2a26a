"""The embedded engine: ordinary Whoosh postings on disk, written by one process, scored over arrays."""

import logging
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from whoosh.index import TOC

from search import registry
from search.engines.protocol import EngineError, Health, Key, Progress
from search.engines.whoosh_cures import DurableStorage
from search.engines.whoosh_files import IndexFiles
from search.engines.whoosh_schema import SCHEMA, kind_number
from search.engines.whoosh_segment import Segment
from search.engines.whoosh_view import Snapshot, WhooshView
from search.engines.whoosh_writing import writer_of
from search.preparing import Prepared

logger = logging.getLogger(__name__)

_NAME = "MAIN"
MAX_SEGMENTS = 8
# A rebuild gathers so many documents at a time: their words take some 35 MB a thousand until they are written.
_SEGMENT = 5_000
_LOOK_EVERY_SECONDS = 1.0


class WhooshEngine:
    """The index in one directory. Safe to share between threads; of several processes only one may write."""

    name = "whoosh"

    def __init__(self, home: Path) -> None:
        self.files = IndexFiles(home)
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._seen: tuple[Path, int] | None = None
        self._looked = 0.0
        self._segments: dict[tuple[Path, str], Segment] = {}
        self._sizes: dict[str, int] = {}

    def view(self, rights: frozenset[str] | None, hidden: Collection[Key] = ()) -> WhooshView:
        """See the protocol."""
        return WhooshView(self.snapshot(), rights, hidden)

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """The newest commit; looked for once a second, or now if `fresh`."""
        with self._lock, _as_engine_error():
            self._check_sizes()
            if self._snapshot is None or fresh or time.monotonic() - self._looked > _LOOK_EVERY_SECONDS:
                self._look()
            assert self._snapshot is not None
            return self._snapshot

    def apply(self, prepared: Prepared, removed: Sequence[Key]) -> None:
        """See the protocol."""
        with self.files.writing(), _as_engine_error():
            path = self.files.current()
            snapshot = self.snapshot(fresh=True)
            writer = writer_of(path, _NAME, SCHEMA)
            try:
                for place in snapshot.places([*removed, *(document.key for document in prepared.documents)]):
                    writer.delete_document(int(place))
                writer.add(prepared)
                writer.commit(merge=len(snapshot.segments) >= MAX_SEGMENTS)
            except BaseException:
                with suppress(Exception):
                    writer.cancel()
                raise
        self._looked = 0.0

    def rebuild(self, batches: Iterable[Prepared], total: int, progress: Progress | None = None) -> int:
        """See the protocol. Raises Busy when another process writes."""
        with self.files.writing(), _as_engine_error():
            self.files.sweep(self._in_use())
            path = self.files.new_generation()
            TOC.create(DurableStorage(str(path)), SCHEMA, _NAME)
            done = 0
            for first, its in _segments(batches):
                writer = writer_of(path, _NAME, SCHEMA)
                for prepared in chain([first], its):
                    writer.add(prepared)
                    done += len(prepared.documents)
                    self.files.show_progress(done, total)
                    if progress:
                        progress(done, total)
                writer.commit(merge=False)
            self.files.switch_to(path)
            self.files.forget_note()
        self._looked = 0.0
        return done

    def versions(self) -> Iterator[tuple[Key, str]]:
        """See the protocol."""
        with _as_engine_error():
            snapshot = self.snapshot(fresh=True)
            for base, segment in zip(snapshot.offsets, snapshot.segments, strict=False):
                for place, version in segment.versions():
                    if snapshot.live[base + place]:
                        yield snapshot.key(base + place), version

    def health(self) -> Health:
        """See the protocol."""
        try:
            snapshot = self.snapshot(fresh=True)
        except EngineError as problem:
            return Health(self.name, problem=str(problem))
        note = self.files.noted()
        detail: dict[str, int | str] = {"segments": len(snapshot.segments), "rebuild_asked": note}
        return Health(self.name, int(snapshot.live.sum()), detail=detail)

    def ask_for_rebuild(self, reason: str) -> None:
        """See the protocol; where nothing can be written, the indexing process finds out by itself."""
        with suppress(EngineError, OSError):
            self.files.note(reason)

    def wants_rebuild(self) -> str:
        """See the protocol."""
        note = self.files.noted()
        if note:
            return note
        try:
            self.files.current()
        except EngineError as problem:
            return str(problem)
        return ""

    def progress(self) -> str:
        """See the protocol."""
        return self.files.progress()

    def _in_use(self) -> Path | None:
        try:
            return self.files.current()
        except EngineError:
            return None

    def _look(self) -> None:
        for last_try in (False, True):
            path = self.files.current()
            storage = DurableStorage(str(path))
            generation = TOC._latest_generation(storage, _NAME)
            if (path, generation) != self._seen or self._snapshot is None:
                try:
                    self._open(path, storage)
                except OSError:
                    # A merge may have removed a file between the listing and the opening.
                    if last_try:
                        raise
                    continue
                self._seen = (path, generation)
            self._looked = time.monotonic()
            return

    def _check_sizes(self) -> None:
        """Let go of mapped files that became shorter: reading behind their end would end the whole process."""
        for name, size in self._sizes.items():
            # A file that is gone keeps its content for those who mapped it.
            with suppress(FileNotFoundError):
                if os.stat(name).st_size < size:  # noqa: PTH116 - on every search, and a Path costs more than the call
                    self._snapshot, self._segments, self._sizes, self._seen = None, {}, {}, None
                    raise EngineError("the index is damaged")

    def _open(self, path: Path, storage: DurableStorage) -> None:
        listed: Any = TOC.read(storage, _NAME, schema=SCHEMA).segments
        opened = {}
        for segment in listed:
            key = (path, str(segment.segment_id()))
            opened[key] = self._segments.get(key) or Segment(storage, segment)
        kinds = {kind_number(source.kind): source.kind for source in registry.sources()}
        deleted = [tuple(segment.deleted_docs()) for segment in listed]
        self._snapshot = Snapshot(list(opened.values()), deleted, kinds)
        self._segments = opened
        self._sizes = {str(file): file.stat().st_size for file in path.iterdir() if file.stat().st_size}


class _as_engine_error:  # noqa: N801 - reads as a statement
    """A damaged index raises nearly any exception; all of them mean that it can't answer."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, Exception) and not isinstance(problem, EngineError):
            logger.warning("The search index failed: %s", type(problem).__name__, exc_info=problem)
            raise EngineError("the index is damaged") from problem


def _segments(batches: Iterable[Prepared]) -> Iterator[tuple[Prepared, Iterator[Prepared]]]:
    """Batches that make a segment together, so that memory stays within bounds: the first, and those that follow."""
    held = iter(batches)
    for first in held:
        yield first, _up_to(_SEGMENT - len(first.documents), held)


def _up_to(room: int, batches: Iterator[Prepared]) -> Iterator[Prepared]:
    while room > 0 and (prepared := next(batches, None)) is not None:
        room -= len(prepared.documents)
        yield prepared
