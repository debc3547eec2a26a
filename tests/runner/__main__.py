"""`bin/test`: lint, format, types, import contract, templates, migrations; then pytest on SQLite and on PostgreSQL."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tests.runner import cluster, needs, prepared

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
TOOLS = Path(PYTHON).parent
# Settings of the person's own installation must not reach the tests.
OURS = ("HINDSIGHT_", "DATABASE_URL", "EMAIL_URL", "DJANGO_")
KEPT = {"HINDSIGHT_CHROMIUM", "HINDSIGHT_PYTHON"}

CHECKS = {
    "Lint": ["-m", "ruff", "check"],
    "Format": ["-m", "ruff", "format", "--check"],
    "Types": ["-m", "mypy", "."],
    "Import contract": [str(TOOLS / "lint-imports"), "--no-cache"],
    "Templates": ["-m", "djlint", "--lint", "--quiet", "templates"],
    "Migrations match the models": ["manage.py", "makemigrations", "--check", "--dry-run"],
}

# Once is enough for what knows no database: the whole suite runs these on SQLite alone. Named ones run on both.
_PURE_LIB = (
    "ansi archives controls differences files forms htmx images language markdown ocr pool rendered secrets time"
)
ONCE = [
    "--ignore=tests/design",
    "--ignore=tests/search/signatures",
    *(f"--ignore=tests/search/test_{name}.py" for name in ("cures", "query", "quoting", "sharing", "words")),
    *(f"--ignore=tests/lib/test_{name}.py" for name in _PURE_LIB.split()),
    "-k=not axe and not everybody_can_use_it and not no_query_is_an_error",
]


@dataclass(frozen=True)
class Outcome:
    """How one section ended: its heading, its exit code, its last line."""

    heading: str
    code: int
    last_line: str = ""


def main() -> int:
    """Run every section even when one fails; the exit code is 1 when any did. pytest's closing line comes last."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    arguments = sys.argv[1:]
    os.chdir(ROOT)
    try:
        browser, server = needs.chromium(), needs.postgres_bin()
    except needs.Missing as problem:
        sys.exit(str(problem))
    with tempfile.TemporaryDirectory(prefix="hindsight-test-") as scratch, cluster.running(server) as url:
        return _sum_up(_sections(arguments, _environment(Path(scratch), browser), Path(scratch), url))


def _sections(arguments: list[str], environment: dict[str, str], scratch: Path, url: str) -> list[Outcome]:
    """The checks, while the databases are migrated beside them; then the tests on either database."""
    sqlite = prepared.on_sqlite(environment, scratch)
    postgres = prepared.on_postgres(environment, url)
    try:
        outcomes = [] if arguments else [_check(name, command, environment) for name, command in CHECKS.items()]
        outcomes.append(_pytest("Tests on SQLite and Whoosh", arguments, {**environment, **sqlite.variables()}))
        on_postgres = {**environment, "DATABASE_URL": url, **postgres.variables()}
        outcomes.append(_pytest("Tests on PostgreSQL and its full text", arguments or ONCE, on_postgres))
    finally:
        sqlite.end()
        postgres.end()
    return outcomes


def _environment(scratch: Path, browser: str) -> dict[str, str]:
    """The environment of every section: ours, without the installation's settings."""
    inherited = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith(OURS)}
    data = scratch / "data"
    return {**inherited, "HINDSIGHT_DATA_DIR": str(data), "HINDSIGHT_CHROMIUM": browser}


def _check(heading: str, command: list[str], environment: dict[str, str]) -> Outcome:
    _announce(heading)
    return Outcome(heading, _run(command, environment)[0])


def _pytest(heading: str, arguments: list[str], environment: dict[str, str]) -> Outcome:
    _announce(heading)
    code, last_line = _run(["-m", "pytest", "-n", "2", *arguments], environment)
    return Outcome(heading, code, last_line)


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run one command and show its output as it comes; its exit code and the last line that says something."""
    whole = command if command[0].startswith("/") else [PYTHON, *command]
    last_line = ""
    process = subprocess.Popen(whole, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last_line = line.strip() or last_line
        return process.wait(), last_line
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _announce(heading: str) -> None:
    print(f"\n=== {heading} {'=' * (70 - len(heading))} {time.strftime('%H:%M:%S')}", flush=True)


def _sum_up(outcomes: list[Outcome]) -> int:
    """One line a section; then the closing line of the last run that failed, or of the last run."""
    _announce("Summary")
    for outcome in outcomes:
        print(f"{'failed' if outcome.code else 'ok':7} {outcome.heading}  {outcome.last_line}".rstrip())
    runs = [outcome for outcome in outcomes if outcome.last_line]
    print(next((run for run in reversed(runs) if run.code), runs[-1]).last_line, flush=True)
    return int(any(outcome.code for outcome in outcomes))


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
