"""Text inside compressed files: unpacked in the killable child process, as much of it as search wants, and no more."""

import json
from pathlib import Path

from hindsight.lib.pool import JobFailed, TookTooLong, shared
from hindsight.lib.reading import Reading, Unreadable
from hindsight.lib.text import clean

# Of one file inside, and of all together, this many unpacked bytes are read.
FILE_BYTES = 1_000_000
TOTAL_BYTES = 2_000_000
ENTRIES = 200
# More entries than this, and not even their names are read.
MOST_ENTRIES = 10_000
# Logs shrink to a tenth or a fiftieth; what shrinks further is made to burst. Small files may.
RATIO = 100
RATIO_FREE_BYTES = 100_000
TIME_LIMIT_S = 10.0

# What files.sniff calls those that can be read.
KINDS = {"application/gzip": "gzip", "application/x-gzip": "gzip", "application/zip": "zip"}

_JOB = "hindsight.lib.archives_job:job"
_WAIT_S = 60.0


def read_archive(source: Path, kind: str, *, limit_s: float = TIME_LIMIT_S) -> Reading:
    """Read the text of a gzip file, or the names and the text files of a zip archive; archives inside stay closed.

    `kind` is one of the values of KINDS. Raises Unreadable for what the file holds, with the limit it passes;
    PoolError (busy, crashed) and OSError when trying again may help.
    """
    options: dict[str, str | int] = {
        "source": str(source.resolve()),
        "kind": kind,
        "file_bytes": FILE_BYTES,
        "total_bytes": TOTAL_BYTES,
        "entries": ENTRIES,
        "most_entries": MOST_ENTRIES,
        "ratio": RATIO,
        "ratio_free_bytes": RATIO_FREE_BYTES,
    }
    try:
        found = json.loads(shared.call(_JOB, b"", options, limit_s=limit_s, wait_s=_WAIT_S))
    except TookTooLong as problem:
        raise Unreadable(f"Not read: unpacking took longer than {limit_s:g} s.") from problem
    except JobFailed as problem:
        raise _reason(str(problem)) from problem
    return Reading(clean(str(found["text"])).text, str(found["note"]))


def _reason(problem: str) -> Exception:
    """What a failed job means: a limit that was passed, the store's trouble, or a damaged archive."""
    kind, _, words = problem.partition(": ")
    if kind == "Unreadable":
        return Unreadable(words)
    if kind in {"FileNotFoundError", "PermissionError"} or problem.startswith("OSError: [Errno"):
        return OSError(problem)
    if kind == "MemoryError":
        return Unreadable("Not read: unpacking needs too much memory.")
    return Unreadable("Not read: the archive is damaged.")
