"""Keeps child processes running: starts them, restarts those that die, ends all of them together."""

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

END_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that lived this long was well; its next death is counted as the first one again.
SETTLED_AFTER = 60.0
GRACE = 10.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that has to be there: its name in messages and the function that is its whole life."""

    name: str
    run: Callable[[], int]
    pid: int = 0
    started_at: float = 0.0
    deaths: int = 0
    start_after: float = field(default=0.0)


class Supervisor:
    """Runs children until it is told to end; `report` gets a line for every restart. Times are monotonic seconds."""

    def __init__(self, children: Iterable[Child], *, report: Callable[[str], None]) -> None:
        self.children = list(children)
        self.report = report
        self.ends_asked = 0
        self.wake_reader, self.wake_writer = os.pipe()

    def run(self, *, each_round: Callable[[], bool] = lambda: False) -> int:
        """Supervise until SIGTERM, SIGINT or SIGHUP; answer the exit code.

        `each_round` is called at least once a second, and ten times a second while it answers True.
        """
        self._listen_for_signals()
        while not self.ends_asked:
            now = time.monotonic()
            self.reap(now)
            self.start_due(now)
            is_hurried = each_round() or not all(child.pid for child in self.children)
            self._sleep(0.1 if is_hurried else 1.0)
        self.end_all()
        return 0

    def start_due(self, now: float) -> None:
        """Start every child that is absent and whose pause is over."""
        for child in self.children:
            if not child.pid and now >= child.start_after and not self.ends_asked:
                self._fork(child, now)

    def reap(self, now: float) -> None:
        """Notice children that have died, and decide when they start again."""
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                self._died(child, os.waitstatus_to_exitcode(status), now)

    def end_all(self) -> None:
        """SIGTERM to every child, ten seconds to finish, then SIGKILL to whatever is left of its process group."""
        groups = [child.pid for child in self.children if child.pid]
        for pid in groups:
            _send(os.kill, pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while self._any_alive() and time.monotonic() < deadline and self.ends_asked < 2:
            self._sleep(0.1)
        for pid in groups:
            # A group may outlive its leader: helpers that a worker had started.
            _send(os.killpg, pid, signal.SIGKILL)
        while self._any_alive():
            self._sleep(0.1)

    def _any_alive(self) -> bool:
        """Reap what has ended; whether a child is left."""
        for child in self.children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                child.pid = 0
        return any(child.pid for child in self.children)

    def _died(self, child: Child, code: int, now: float) -> None:
        # What the dead process had started must not go on beside its successor.
        _send(os.killpg, child.pid, signal.SIGTERM)
        child.deaths = 1 if now - child.started_at > SETTLED_AFTER else child.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (child.deaths - 1), LONGEST_PAUSE)
        child.pid, child.start_after = 0, now + pause
        cause = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.report(f"The {child.name} process ended ({cause}); it starts again in {pause:g} s.")

    def _fork(self, child: Child, now: float) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if not pid:
            self._live(child, parent)
        with contextlib.suppress(OSError):
            # Both sides set it, because either may come first.
            os.setpgid(pid, pid)
        child.pid, child.started_at = pid, now

    def _live(self, child: Child, parent: int) -> NoReturn:
        """The child's side of the fork. It leaves by SystemExit, so that its own clean-up at exit runs."""
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        for number in (*END_SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        os.close(self.wake_reader)
        os.close(self.wake_writer)
        die_with(parent)
        sys.exit(child.run())

    def _listen_for_signals(self) -> None:
        for end in (self.wake_reader, self.wake_writer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for number in END_SIGNALS:
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ends_asked += 1

    def _sleep(self, seconds: float) -> None:
        """Sleep, or less when a signal comes: Python writes every signal's number into the pipe."""
        if select.select([self.wake_reader], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake_reader, 4096)


def die_with(parent: int) -> None:
    """Arrange that this process gets SIGTERM when `parent` is gone, however it went."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        # It went between the fork and the line above.
        sys.exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _send(kill: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    """Send a signal to a process or group that may have gone already. 0 would be ourselves, so it is refused."""
    if target <= 0:
        raise ValueError("no process is meant")
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill(target, number)
