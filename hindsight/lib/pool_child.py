"""The child process behind `hindsight.lib.pool`: reads jobs from its standard input, answers, ends when idle."""

import contextlib
import importlib
import json
import math
import os
import resource
import select
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">II")


def main(idle_s: float, memory_mb: int, kept_mb: int) -> None:
    """Answer jobs until the parent goes away, nothing comes for `idle_s`, or a job left the process large.

    Memory that Python does not give back would stay for as long as the child lives: above `kept_mb` it ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(5)
    requests, answers = sys.stdin.buffer, _private_stdout()
    while select.select([requests], [], [], idle_s)[0] and _answer_one(requests, answers):
        if _memory_kb() > kept_mb * 1024:
            return


def _memory_kb() -> int:
    """Return the resident memory now. Not ru_maxrss: that begins with the parent's, which may be large."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize() // 1024


def _private_stdout() -> BinaryIO:
    """Keep the pipe for answers; whatever prints goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer_one(requests: BinaryIO, answers: BinaryIO) -> bool:
    sizes = requests.read(_HEADER.size)
    if len(sizes) < _HEADER.size:
        return False
    head_size, body_size = _HEADER.unpack(sizes)
    header = json.loads(requests.read(head_size))
    body = requests.read(body_size)
    try:
        module, _, name = header["job"].partition(":")
        job = getattr(importlib.import_module(module), name)
        _send(answers, {"started": True})
        _limit_cpu(header["limit_s"])
        result: bytes = job(header["options"], body)
    except Exception as problem:
        _send(answers, {"error": f"{type(problem).__name__}: {problem}"[:500]})
    else:
        _send(answers, {}, result)
    return True


def _limit_cpu(limit_s: float) -> None:
    """Let the kernel end this process if it outlives the parent that should have killed it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime + limit_s + 2)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _send(answers: BinaryIO, header: dict[str, object], body: bytes = b"") -> None:
    head = json.dumps(header).encode()
    answers.write(_HEADER.pack(len(head), len(body)) + head + body)
    answers.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
