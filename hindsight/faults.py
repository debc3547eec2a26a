"""Faults that are no bugs: a busy or absent database, a full disk, input over a limit; each with its answer."""

import errno
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError

from hindsight.lib.files import MEGABYTE, DiskFull, TooLarge, over_limit

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# SQLite has one exception for everything, so that its words have to tell "busy" from "no such table".
SQLITE_BUSY = ("locked", "busy", "unable to open", "disk i/o", "readonly", "read-only")
SQLITE_FULL = ("disk is full", "database or disk is full")
POSTGRES_FULL = "DiskFull"
RETRY_AFTER = 5


@dataclass(frozen=True)
class Fault:
    """What the person gets: a status, a word for scripts, a sentence, and seconds after which to try again."""

    status: int
    code: str
    message: str
    retry_after: int | None = None


def database_busy() -> Fault:
    """The database did not answer in time, or not at all."""
    message = "The database is not answering. Your text is kept in this browser and is sent when it is back."
    return Fault(503, "unavailable", message, RETRY_AFTER)


def disk_full() -> Fault:
    """Nothing can be written; what was written before is safe."""
    message = "The server's disk is full. Reading works. Your text is kept in this browser; tell an administrator."
    return Fault(507, "disk_full", message)


def upload_too_large(length: int) -> Fault:
    """A file over HINDSIGHT_UPLOAD_MAX_MB; `length` in bytes, as announced or as far as it was read."""
    return Fault(413, "too_large", over_limit(length, settings.UPLOAD_MAX_MB * MEGABYTE))


def text_too_large() -> Fault:
    """A body without files that is over DATA_UPLOAD_MAX_MEMORY_SIZE."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
    return Fault(413, "too_large", f"The text is over the limit of {limit} MB. Attach it as a file instead.")


def too_many_parts() -> Fault:
    """More form fields or files than any of our forms has."""
    fields, files = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_NUMBER_FILES
    return Fault(413, "too_large", f"One request may have {fields} fields and {files} files; this one has more.")


def fault_of(problem: BaseException | None) -> Fault | None:
    """The fault behind an exception, or None when it is a bug."""
    if isinstance(problem, RequestDataTooBig):
        return text_too_large()
    if isinstance(problem, TooManyFieldsSent | TooManyFilesSent):
        return too_many_parts()
    if isinstance(problem, TooLarge):
        return upload_too_large(problem.size)
    if isinstance(problem, DiskFull):
        return disk_full()
    if isinstance(problem, OSError):
        return disk_full() if problem.errno in FULL else None
    if isinstance(problem, DatabaseError | InterfaceError):
        return _fault_of_database(problem)
    return None


def _fault_of_database(problem: Exception) -> Fault | None:
    words = str(problem).lower()
    if type(problem.__cause__).__name__ == POSTGRES_FULL or any(word in words for word in SQLITE_FULL):
        return disk_full()
    if not isinstance(problem, OperationalError | InterfaceError):
        return None
    if settings.IS_POSTGRES or any(word in words for word in SQLITE_BUSY):
        return database_busy()
    return None
