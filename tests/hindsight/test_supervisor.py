"""bin/serve's processes for real: started, restarted, ended together, and nothing left behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parent.parent.parent


class Served:
    """A whole installation on a free port, in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.log = directory / "log"
        outer = ("HINDSIGHT_", "DATABASE_URL", "EMAIL_URL", "DJANGO_", "PYTEST_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
        environment |= {"HINDSIGHT_DATA_DIR": str(directory / "data"), "HINDSIGHT_ENV_FILE": os.devnull}
        command = [sys.executable, "-m", "hindsight.plant", "--port", str(self.port), "--workers", "1"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()
        except OSError:
            return 0, b""

    def is_healthy(self) -> bool:
        return self.get("/healthz")[0] == 200

    def family(self) -> dict[int, int]:
        """Every process below the supervisor, with its parent."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
        found: dict[int, int] = {}
        newest = {self.process.pid}
        while newest:
            found |= {pid: parents[pid] for pid in newest if pid != self.process.pid}
            newest = {pid for pid, parent in parents.items() if parent in newest}
        return found

    def children(self) -> set[int]:
        return {pid for pid, parent in self.family().items() if parent == self.process.pid}

    def worker(self) -> int:
        """The process that holds the worker's lock."""
        lock = self.log.parent / "data" / "worker.lock"
        pid = int(lock.read_text() or 0) if lock.exists() else 0
        return pid if pid in self.children() else 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_gone(pid: int) -> bool:
    """Whether no such process runs; one that only waits to be reaped has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    site = Served(tmp_path)
    try:
        eventually(site.is_healthy, within=60)
        yield site
    finally:
        site.process.send_signal(signal.SIGTERM)
        try:
            site.process.wait(20)
        except subprocess.TimeoutExpired:
            site.process.kill()
            raise


def test_a_life_of_it(served: Served) -> None:
    """One test for the whole course, because a start costs seconds."""
    greeting = eventually(lambda: re.search(r"(http://localhost:\d+)/setup/[\w-]{43}/", served.said()))
    assert greeting[1] == f"http://localhost:{served.port}"
    assert served.get(greeting[0].removeprefix(greeting[1]))[0] == 200

    worker = eventually(served.worker)
    ready = eventually(lambda: served.get("/readyz")[0] == 200 and served.get("/readyz")[1])
    assert set(json.loads(ready)["checks"]) >= {"database", "migrations", "disk", "outbox", "worker"}

    os.kill(worker, signal.SIGKILL)
    second = eventually(lambda: served.worker() not in {0, worker} and served.worker())
    assert served.is_healthy()

    web = next(iter(served.children() - {second}))
    os.kill(web, signal.SIGKILL)
    eventually(lambda: len(served.children() - {web}) == 2 and served.is_healthy())

    family = set(served.family())
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(20) == 0
    eventually(lambda: all(is_gone(pid) for pid in family))
    assert "Traceback" not in served.said()


def test_killing_the_supervisor_leaves_no_orphans(served: Served) -> None:
    eventually(served.worker)
    family = eventually(lambda: len(served.family()) >= 3 and set(served.family()))
    served.process.kill()
    eventually(lambda: all(is_gone(pid) for pid in family), within=30)


def test_a_port_in_use_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        environment = {
            "PATH": os.environ["PATH"],
            "HINDSIGHT_DATA_DIR": str(tmp_path),
            "HINDSIGHT_ENV_FILE": os.devnull,
        }
        command = [sys.executable, "-m", "hindsight.plant", "--port", port]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert f"Can't listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "http"], ["--workers", "0"], ["--nonsense"]])
def test_wrong_options_are_refused(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "hindsight.plant", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "usage: bin/serve" in done.stderr
