"""A lock that one process on this machine holds for its life; the system frees it however the process ends."""

import fcntl
import os
import threading
from pathlib import Path
from typing import IO


class SingleInstance:
    """A file lock in the data directory. Keep the object: the lock is free when it is collected."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def try_now(self) -> bool:
        """Take the lock if nobody has it."""
        file = self.path.open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self.file = file
        return True

    def wait(self, stop: threading.Event, *, every: float = 1.0) -> bool:
        """Wait until the lock is ours; False when `stop` was set before."""
        while not self.try_now():
            if stop.wait(every):
                return False
        return True
