"""What the tests need from the system: PostgreSQL's server binaries and Chromium; found, installed, or asked for."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
# Where other systems put the server, which is seldom on the PATH.
OTHER_POSTGRES = ["/usr/pgsql-17/bin", "/usr/pgsql-16/bin", "/usr/pgsql-15/bin", "/opt/homebrew/opt/postgresql@17/bin"]
# The first draws the same pages at half the cost: it has no window that nobody would see.
HEADLESS = "chromium-headless-shell"
CHROMIUM = [HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


class Missing(Exception):
    """A program that the tests need is not there and may not be installed; the message says how to get it."""


def postgres_bin() -> Path:
    """The directory that holds `initdb` and `postgres`, the newest version first. Raises Missing."""
    found = _postgres_bin()
    if found is None:
        _apt_install("postgresql", "the PostgreSQL server, version 15 or newer")
        found = _postgres_bin()
    if found is None:
        raise Missing("PostgreSQL was installed, but `initdb` is not where it was expected.")
    return found


def chromium() -> str:
    """The path of a Chromium or Chrome; HINDSIGHT_CHROMIUM names another one. Raises Missing."""
    _want_headless()
    found = _chromium()
    if found is None:
        _apt_install("chromium", "Chromium or Google Chrome (or HINDSIGHT_CHROMIUM with its path)")
        found = _chromium()
    if found is None:
        raise Missing("Chromium was installed, but is not on the PATH.")
    return found


def _postgres_bin() -> Path | None:
    versions = sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    named = [Path(on_path).resolve().parent] if on_path else []
    for directory in [*versions, *named, *map(Path, OTHER_POSTGRES)]:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    return None


def _want_headless() -> None:
    """Where packages can be installed, the lighter Chromium is; a system that has none goes on with the usual one."""
    if not os.environ.get("HINDSIGHT_CHROMIUM") and shutil.which(HEADLESS) is None:
        with contextlib.suppress(Missing):
            _apt_install(HEADLESS, "Chromium")


def _chromium() -> str | None:
    named = os.environ.get("HINDSIGHT_CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, CHROMIUM)), None)


def _apt_install(package: str, what: str) -> None:
    """Install a Debian package where that is possible: as root, with apt-get. Raises Missing otherwise."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise Missing(f"The tests need {what}. On Debian or Ubuntu: sudo apt-get install {package}")
    print(f"Installing {package} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "-qq"], env=environment, check=False)
    command = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
    done = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Missing(f"The tests need {what}, and `apt-get install {package}` failed; its message is above.")
