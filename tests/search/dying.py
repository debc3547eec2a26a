"""What a child process may do instead of its work: jobs for `tests/search/test_crew.py`."""

import os
import signal
from collections.abc import Mapping


def die(options: Mapping[str, object], body: bytes) -> bytes:
    """End as the kernel ends a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def babble(options: Mapping[str, object], body: bytes) -> bytes:
    """Answer something else than was asked."""
    return b'{"blobs": [0, 0, 0], "sizes": [], "lengths": [], "hashes": []}\n'
