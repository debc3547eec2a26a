"""One long-lived child process for work that may hang or eat memory: it can be killed, a thread could not."""

import atexit
import contextlib
import json
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

type_of_options = Mapping[str, str | int | float | bool]

_HEADER = struct.Struct(">II")
_LARGEST_REPLY = 64_000_000
_START_LIMIT_S = 10.0
_CODE_ROOT = Path(__file__).resolve().parents[2]


class PoolError(Exception):
    """The child gave no result; callers fall back to something plain."""


class Busy(PoolError):
    """Another thread uses the child and did not finish in the time this one would wait."""


class TookTooLong(PoolError):
    """The job passed its wall-clock limit and was killed."""


class Crashed(PoolError):
    """The child died (out of memory, killed) or could not be started."""


class JobFailed(PoolError):
    """The job raised; the message names the exception's type and text."""


class Pool:
    """Starts its child on first use, runs one job at a time in it, kills and replaces it when it passes a limit.

    The child ends by itself when idle and when this process goes away. Safe among threads and across fork.
    """

    def __init__(self, *, idle_s: float = 120.0, memory_mb: int = 1024, kept_mb: int = 156) -> None:
        self._arguments = ["-m", "hindsight.lib.pool_child", str(idle_s), str(memory_mb), str(kept_mb)]
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def call(
        self, job: str, body: bytes, options: type_of_options | None = None, *, limit_s: float, wait_s: float = 1.0
    ) -> bytes:
        """Run `job` ("package.module:function", called with options and body) in the child and return its answer.

        `limit_s` is the wall time of the job itself; `wait_s` how long to wait for other threads' jobs.
        Raises Busy, TookTooLong, Crashed or JobFailed.
        """
        if not self._lock.acquire(timeout=wait_s):
            raise Busy(job)
        try:
            return self._call(job, body, dict(options or {}), limit_s)
        finally:
            self._lock.release()

    @property
    def child_pid(self) -> int | None:
        """Return the running child's process id, if there is one."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def close(self) -> None:
        """End the child; the next call starts another."""
        child, self._child = self._child, None
        if child:
            child.kill()
            _close_pipes(child)
            child.wait()

    def _call(self, job: str, body: bytes, options: dict[str, object], limit_s: float) -> bytes:
        request = frame({"job": job, "options": options, "limit_s": limit_s}, body)
        try:
            try:
                child = self._ask(request)
            except _Gone:
                # It had just ended for idleness; a new one is asked once more.
                self.close()
                child = self._ask(request)
            header, answer = _read_frame(child, time.monotonic() + limit_s)
        except TimeoutError as problem:
            self.close()
            raise TookTooLong(job) from problem
        except (_Gone, OSError, ValueError) as problem:
            self.close()
            raise Crashed(job) from problem
        return _checked(header, answer)

    def _ask(self, request: bytes) -> subprocess.Popen[bytes]:
        """Send a request and wait until the child has loaded the job's code and starts on it."""
        child = self._child or self._start()
        deadline = time.monotonic() + _START_LIMIT_S
        _write(child, request, deadline)
        _checked(*_read_frame(child, deadline))
        return child

    def _start(self) -> subprocess.Popen[bytes]:
        # No secret of ours is in the child's environment, and only our code on its path.
        environment = {"PYTHONPATH": str(_CODE_ROOT), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=environment,
        )
        for pipe in _pipes(child):
            os.set_blocking(pipe, False)
        self._child = child
        return child

    def _forget(self) -> None:
        """After a fork the child belongs to the parent: drop our copies of its pipes, and the lock it may hold."""
        child, self._child = self._child, None
        self._lock = threading.Lock()
        if child:
            _close_pipes(child)
            # Keeps Popen from waiting for a process that is not ours.
            child.returncode = 0


def frame(header: Mapping[str, object], body: bytes = b"") -> bytes:
    """Return a message: two lengths, a JSON header, a body of bytes. No pickle: the child is not trusted."""
    head = json.dumps(header).encode()
    return _HEADER.pack(len(head), len(body)) + head + body


class _Gone(Exception):
    """The other end of the pipe was closed."""


def _checked(header: Mapping[str, object], answer: bytes) -> bytes:
    if header.get("error"):
        raise JobFailed(str(header["error"]))
    return answer


def _pipes(child: subprocess.Popen[bytes]) -> tuple[int, int]:
    assert child.stdin is not None
    assert child.stdout is not None
    return child.stdin.fileno(), child.stdout.fileno()


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def _write(child: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    pipe = _pipes(child)[0]
    rest = memoryview(data)
    for _ in _ready(pipe, selectors.EVENT_WRITE, deadline):
        try:
            rest = rest[os.write(pipe, rest[:65536]) :]
        except BrokenPipeError as problem:
            raise _Gone from problem
        if not rest:
            return


def _read_frame(child: subprocess.Popen[bytes], deadline: float) -> tuple[dict[str, object], bytes]:
    head_size, body_size = _HEADER.unpack(_read(child, _HEADER.size, deadline))
    if head_size + body_size > _LARGEST_REPLY:
        raise ValueError("the child's answer is too large")
    header = json.loads(_read(child, head_size, deadline))
    return header, _read(child, body_size, deadline)


def _read(child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    if size == 0:
        return b""
    pipe = _pipes(child)[1]
    data = bytearray()
    for _ in _ready(pipe, selectors.EVENT_READ, deadline):
        chunk = os.read(pipe, min(size - len(data), 1_000_000))
        if not chunk:
            raise _Gone
        data += chunk
        if len(data) == size:
            break
    return bytes(data)


def _ready(pipe: int, event: int, deadline: float) -> Iterator[None]:
    """Yield each time the pipe can be used; raises TimeoutError at the deadline."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, event)
        while True:
            if not selector.select(max(deadline - time.monotonic(), 0)):
                raise TimeoutError
            yield


shared = Pool()
