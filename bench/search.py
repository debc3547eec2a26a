"""How fast search is: builds records, puts each kind of query to each engine, and to LIKE and FTS5 beside it.

    python bench/search.py [--sizes 1000,10000,20000,50000] [--engines whoosh,postgres] [--queries 30] [--keep DIR]
        [--quick]

Every size and engine runs in a process and a temporary data directory of its own. CPU counts this process; for
PostgreSQL the wall time tells what the server takes on top. PostgreSQL is left out where it isn't installed.
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

import psycopg  # noqa: E402 - after the path

from tests.runner import cluster  # noqa: E402 - after the path

QUICK_SIZES, QUICK_QUERIES = "1000", 8


def main() -> None:
    """Run every combination and print a table for each."""
    given = _arguments()
    with ExitStack() as stack:
        address = _server(stack) if "postgres" in given.engines else ""
        for size in map(int, given.sizes.split(",")):
            for engine in given.engines.split(","):
                if engine == "postgres" and not address:
                    sys.stdout.write("PostgreSQL is not installed here.\n")
                    continue
                figures = _measure(engine, size, given.queries, address, given.keep)
                sys.stdout.write(_table(engine, size, figures) + "\n")
                sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,20000,50000")
    parser.add_argument("--engines", default="whoosh,postgres")
    parser.add_argument("--queries", type=int, default=30, help="of each kind")
    parser.add_argument("--keep", type=Path, help="keep Whoosh's data here; a later run asks without building again")
    parser.add_argument("--quick", action="store_true", help="1,000 records and few queries")
    given = parser.parse_args()
    if given.quick:
        given.sizes, given.queries = QUICK_SIZES, QUICK_QUERIES
    return given


def _server(stack: ExitStack) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return stack.enter_context(cluster.running(found[-1])) if found else ""


def _measure(engine: str, size: int, queries: int, address: str, keep: Path | None) -> dict:
    with ExitStack() as stack:
        kept = keep / f"{engine}-{size}" if keep and engine == "whoosh" else None
        home = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-bench-")))
        home.mkdir(parents=True, exist_ok=True)
        built = home / "built.json"
        found = json.loads(built.read_text("ascii")) if built.exists() else {}
        environment = {**os.environ, "HINDSIGHT_DATA_DIR": str(home), "HINDSIGHT_SEARCH_ENGINE": engine}
        environment.pop("DATABASE_URL", None)
        if engine == "postgres":
            environment["DATABASE_URL"] = _fresh(address, size)
        for step in ("ask",) if found else ("build", "ask"):
            command = [sys.executable, "-m", "bench.measuring", step, str(size), str(queries)]
            # This program itself, in a process of its own.
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
            found.update(json.loads(done.stdout.splitlines()[-1]))
            if step == "build":
                built.write_text(json.dumps(found), "ascii")
        return found


def _fresh(address: str, size: int) -> str:
    """A database of its own on the server at `address`."""
    head, _, tail = address.partition("/postgres?")
    name = f"bench_{size}"
    with psycopg.connect(address.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{head}/{name}?{tail}"


def _table(engine: str, size: int, found: dict) -> str:
    lines = [
        f"\n### {engine}, {size:,} records\n",
        f"built in {found['build_s']:.1f} s ({found['build_ms']:.2f} ms CPU a record); one change indexed in"
        f" {found['update_ms']:.0f} ms CPU, {found['update_wall_ms']:.0f} ms wall;"
        f" {found['pss_mb']:.0f} MB PSS after all queries; calibration {found['calibration_ms']:.0f} ms,"
        f" load {found['load']:.0f}\n",
        "| kind | p50 CPU | p95 CPU | p50 wall | p95 wall | LIKE p50 | FTS5 p50 | asked | no index | no result |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, row in found["kinds"].items():
        cells = [row["cpu"][0], row["cpu"][1], row["wall"][0], row["wall"][1], row.get("like"), row.get("fts5")]
        figures = ["–" if cell is None else f"{cell:.1f}" for cell in cells]
        # A query that the index could not answer is no figure of the index.
        counts = [str(row[name]) for name in ("asked", "fell", "nothing")]
        lines.append(f"| {kind} | " + " | ".join([*figures, *counts]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
