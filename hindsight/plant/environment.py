"""Makes `.venv` from a lock file, then becomes a module in it. Standard library only: nothing is installed yet.

Called by bin/serve and bin/test as `python -I environment.py LOCK MODULE [arguments]`.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK = "requirements.lock"


def main() -> None:
    """Bring the environment up to the lock file and replace this process by the module."""
    lock, module, *arguments = sys.argv[1:]
    if not is_installed(lock):
        with only_one_at_a_time():
            if not is_installed(lock):
                install(lock)
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])  # noqa: S606 - our own interpreter, no shell


def is_installed(lock: str) -> bool:
    """Whether the environment was made from exactly this lock file. A dangling interpreter counts as absent."""
    stamp = _stamp(lock)
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == _digest(lock)


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Two first starts at once: the second waits for the first one's environment."""
    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(lock: str) -> None:
    """Make the environment where it is absent and install the lock file into it, by hash. Failure ends the process."""
    if not PYTHON.exists():
        say(f"Making {VENV} …")
        _make_venv()
    say(f"Installing from {lock} (only when it has changed; takes a minute or two) …")
    _forget_stamps()
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--require-hashes", "-r", str(ROOT / lock)], check=False)  # noqa: S603 - no shell
    if done.returncode:
        stop(f"The packages of {lock} could not be installed; pip's message is above. Run the command again to retry.")
    # The development lock is made under the constraints of the other one, so it satisfies both.
    for name in {lock, RUNTIME_LOCK}:
        _stamp(name).write_text(_digest(name), encoding="ascii")


def say(line: str) -> None:
    """Tell the person at the terminal what takes its time."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command


def stop(line: str) -> None:
    """End with a message instead of a traceback."""
    say(line)
    sys.exit(1)


def _make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        stop(
            f"The environment {VENV} could not be made: {problem}\n"
            "Where Python comes in parts (Debian, Ubuntu), install its venv part: apt install python3-venv"
        )


def _forget_stamps() -> None:
    """An installation that breaks off half-way must not look finished."""
    for stamp in VENV.glob(".from-*"):
        stamp.unlink()


def _stamp(lock: str) -> Path:
    return VENV / f".from-{lock}"


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
