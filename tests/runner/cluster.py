"""A PostgreSQL of our own for one run of the tests: in a temporary directory, on a Unix socket, gone afterwards."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# A socket's path may have about 100 characters, which the usual TMPDIR of some systems exceeds by itself.
SHORT_TEMP = "/tmp"
READY_WITHIN = 60.0
STOPPED_WITHIN = 120.0
PR_SET_PDEATHSIG = 1
# Nothing here has to survive a crash.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{directory}'
max_connections = 60
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
"""


@contextmanager
def running(bin_directory: Path) -> Iterator[str]:
    """Yields the DATABASE_URL of a fresh cluster; stops and removes it however the block ends."""
    directory = Path(tempfile.mkdtemp(prefix="hindsight-pg-", dir=SHORT_TEMP))
    server = None
    try:
        identity = _identity(directory)
        _initialise(bin_directory, directory, identity)
        server = _start(bin_directory, directory, directory, identity)
        _wait(bin_directory, directory, server)
        # The host goes into the query, because the reader of this URL leaves %2F in a host as it is.
        yield f"postgres://postgres@/postgres?host={directory}"
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def kept(bin_directory: Path, home: Path, options: Sequence[str] = ()) -> Iterator[str]:
    """The same for a cluster in `home` that stays for the next time; made where there is none. `options` are settings
    of the server ("work_mem=8MB"). Whoever runs it must be able to reach `home` as the user that PostgreSQL gets."""
    home.mkdir(parents=True, exist_ok=True)
    sockets = Path(tempfile.mkdtemp(prefix="hindsight-pg-", dir=SHORT_TEMP))
    server = None
    try:
        identity = _identity(home)
        _identity(sockets)
        if not (home / "data" / "PG_VERSION").exists():
            _initialise(bin_directory, home, identity)
        server = _start(bin_directory, home, sockets, identity, options)
        _wait(bin_directory, sockets, server)
        yield f"postgres://postgres@/postgres?host={sockets}"
    finally:
        if server is not None:
            # What stays is written down first.
            _stop(server, signal.SIGINT, STOPPED_WITHIN)
        shutil.rmtree(sockets, ignore_errors=True)


def _identity(directory: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: there it gets the `postgres` user, or `nobody`."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(directory, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _initialise(bin_directory: Path, directory: Path, identity: dict[str, Any]) -> None:
    command: list[str | Path] = [bin_directory / "initdb", "-D", directory / "data", "-U", "postgres", "-A", "trust"]
    done = subprocess.run(
        [*command, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        cwd=directory,
        check=False,
        capture_output=True,
        text=True,
        **identity,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
    with (directory / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(directory=directory))


def _start(
    bin_directory: Path, home: Path, sockets: Path, identity: dict[str, Any], options: Sequence[str] = ()
) -> "subprocess.Popen[bytes]":
    given = [piece for option in options for piece in ("-c", option)]
    with (sockets / "log").open("wb") as log:
        return subprocess.Popen(
            [bin_directory / "postgres", "-D", home / "data", "-k", sockets, *given],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Out of the terminal's group: Ctrl-C is for the tests, the server is stopped after them.
            start_new_session=True,
            preexec_fn=_die_with_parent,
            **identity,
        )


def _die_with_parent() -> None:
    """Even `kill -9` of the tests leaves no server behind (Linux)."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGQUIT), 0, 0, 0)


def _wait(bin_directory: Path, directory: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN
    ask: list[str | Path] = [bin_directory / "pg_isready", "-q", "-h", directory]
    while subprocess.run(ask, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(directory / 'log').read_text(errors='replace')}")
        time.sleep(0.1)


def _stop(server: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGQUIT, within: float = 10) -> None:
    """By default at once, without writing anything down: the data goes away next."""
    server.send_signal(how)
    try:
        server.wait(within)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
