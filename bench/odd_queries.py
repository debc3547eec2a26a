"""Ten thousand odd queries through the search page: none may fail, none may take more than 2 s of CPU.

    python bench/odd_queries.py [--queries 10000] [--engines whoosh,postgres] [--records 1000]

What is asked is made by hypothesis from the strategies of the tests (tests/search/odd.py), of the signs of the language
of queries, of any characters, and of words that records hold; every fourth is asked as JSON as well. CPU is that of
this process and of PostgreSQL's. The exit code is 1 if any answer failed or took too long.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.search import database, server  # noqa: E402 - after the path


def main() -> int:
    """Ask each engine; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--engines", default="whoosh,postgres")
    parser.add_argument("--records", type=int, default=1000)
    given = parser.parse_args()
    is_wrong = False
    with ExitStack() as stack:
        address = server(stack, None) if "postgres" in given.engines else ""
        for engine in given.engines.split(","):
            if engine == "postgres" and not address:
                sys.stdout.write("PostgreSQL is not installed here.\n")
                continue
            found = _asked(engine, given.records, given.queries, address)
            sys.stdout.write(_told(engine, given.records, found) + "\n")
            sys.stdout.flush()
            is_wrong = is_wrong or bool(found["wrong"])
    return int(is_wrong)


def _asked(engine: str, records: int, queries: int, address: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="hindsight-odd-") as home:
        environment = {**os.environ, "HINDSIGHT_DATA_DIR": home, "HINDSIGHT_SEARCH_ENGINE": engine}
        environment.pop("DATABASE_URL", None)
        if engine == "postgres":
            environment["DATABASE_URL"] = database(address, records, is_new=True)
        for step in ("fill", "index"):
            _run(["bench.measuring", step, str(records), "0", ""], environment)
        return _run(["bench.asking_oddly", str(queries)], environment)


def _run(arguments: list[str], environment: dict[str, str]) -> dict:
    command = [sys.executable, "-m", *arguments]
    # This program itself, in a process of its own.
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def _told(engine: str, records: int, found: dict) -> str:
    lines = [
        f"\n### {engine}, {records:,} records\n",
        f"{found['asked']:,} answers: {', '.join(f'{count:,} {name}' for name, count in found['statuses'].items())};"
        f" {found['fell']} without the index; {len(found['wrong'])} failed or too slow",
        f"p50 {found['p50']:.1f} ms, p95 {found['p95']:.1f} ms of CPU; calibration {found['calibration_ms']:.0f} ms,"
        f" load {found['load']:.0f}; the slowest:",
        *(f"  {ms:.0f} ms  {text}" for ms, text in found["slowest"]),
        *(f"  WRONG  {each}" for each in found["wrong"][:20]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
