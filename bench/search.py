"""How fast search is: builds records, puts each kind of query to each engine, and to LIKE and FTS5 beside it.

    python bench/search.py [--sizes 1000,10000,20000,50000] [--engines whoosh,postgres] [--queries 30] [--kinds rare,…]
        [--keep DIR [--only fill|index|ask]] [--without-index] [--quick]

Every size and engine runs in a process and a temporary data directory (on PostgreSQL: a database) of its own. CPU is
that of this process and of PostgreSQL's. With --keep what was built stays in DIR, PostgreSQL's cluster too, so that it
can be built at one time and asked at another; --only index builds the index anew, for when its format has changed.
The loop is a fixed piece of work that runs before each query, 9.7 ms where the figures to reach were taken: a page of
results within 3.1 loops at p50 and 6.2 at p95, as typed within 4.1 at p95; at 50,000 records 10.3 at p95.
With --without-index the database alone answers, as it does while an index is missing or damaged.
PostgreSQL is left out where it isn't installed.
"""

import argparse
import json
import os
import shutil
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
STEPS = ("fill", "index", "ask")
# One backend does a query's whole work, so that its CPU can be read; the memory is PostgreSQL's own default.
SERVER = ("max_parallel_workers_per_gather=0", "shared_buffers=128MB")


def main() -> None:
    """Run every combination and print a table for each."""
    given = _arguments()
    with ExitStack() as stack:
        address = server(stack, given.keep) if "postgres" in given.engines else ""
        for size in map(int, given.sizes.split(",")):
            for engine in given.engines.split(","):
                if engine == "postgres" and not address:
                    sys.stdout.write("PostgreSQL is not installed here.\n")
                    continue
                figures = _Run(engine, size, given, address).figures()
                sys.stdout.write(_table(engine, size, figures) + "\n")
                sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,20000,50000")
    parser.add_argument("--engines", default="whoosh,postgres")
    parser.add_argument("--queries", type=int, default=30, help="of each kind")
    parser.add_argument("--kinds", default="", help="of query, with commas; all if not given")
    parser.add_argument("--keep", type=Path, help="keep the data here; a later run asks without building again")
    parser.add_argument("--only", choices=STEPS, help="end with this step; with --keep")
    parser.add_argument("--without-index", action="store_true", help="ask while the index is away")
    parser.add_argument("--quick", action="store_true", help="1,000 records and few queries")
    given = parser.parse_args()
    if given.only and not given.keep:
        parser.error("--only needs --keep")
    if given.quick:
        given.sizes, given.queries = QUICK_SIZES, QUICK_QUERIES
    return given


def server(stack: ExitStack, keep: Path | None) -> str:
    """The address of a PostgreSQL that runs until the stack is left, "" where none is installed; in `keep` it stays."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        return ""
    if keep:
        return stack.enter_context(cluster.kept(found[-1], keep.resolve() / "postgres", SERVER))
    return stack.enter_context(cluster.running(found[-1]))


class _Run:
    """One engine over so many records, in a directory or a database of its own."""

    def __init__(self, engine: str, size: int, given: argparse.Namespace, address: str) -> None:
        self._engine, self._size, self._given, self._address = engine, size, given, address
        self._home = given.keep.resolve() / f"{engine}-{size}" if given.keep else None

    def figures(self) -> dict:
        """What was built before, and what is built and asked now."""
        with ExitStack() as stack:
            home = self._home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hindsight-bench-")))
            kept = home / "built.json"
            found = json.loads(kept.read_text("ascii")) if kept.exists() else {}
            if not found:
                # What a run that was broken off has left.
                shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True, exist_ok=True)
            environment = self._environment(home, is_new=not found)
            for step in self._steps(found):
                found.update(self._done(step, environment))
                if step != "ask":
                    kept.write_text(json.dumps(found), "ascii")
            return found

    def _steps(self, found: dict) -> list[str]:
        """Those that are left, up to the one that was asked for. An index is built again if one asks for it."""
        last = self._given.only or "ask"
        fill = [] if "filled_s" in found or "build_s" in found else ["fill"]
        index = ["index"] if last == "index" or "build_s" not in found else []
        return {"fill": fill, "index": [*fill, *index], "ask": [*fill, *index, "ask"]}[last]

    def _environment(self, home: Path, *, is_new: bool) -> dict[str, str]:
        environment = {**os.environ, "HINDSIGHT_DATA_DIR": str(home), "HINDSIGHT_SEARCH_ENGINE": self._engine}
        environment.pop("DATABASE_URL", None)
        if self._engine == "postgres":
            environment["DATABASE_URL"] = database(self._address, self._size, is_new=is_new)
        return environment

    def _done(self, step: str, environment: dict[str, str]) -> dict:
        given = self._given
        step = f"{step}-without" if step == "ask" and given.without_index else step
        command = [sys.executable, "-m", "bench.measuring", step, str(self._size), str(given.queries), given.kinds]
        # This program itself, in a process of its own.
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
        return json.loads(done.stdout.splitlines()[-1])


def database(address: str, size: int, *, is_new: bool) -> str:
    """A database of its own on the server at `address`."""
    head, _, tail = address.partition("/postgres?")
    name = f"bench_{size}"
    if is_new:
        with psycopg.connect(address.replace("postgres://", "postgresql://", 1), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
    return f"{head}/{name}?{tail}"


def _table(engine: str, size: int, found: dict) -> str:
    lines = [f"\n### {engine}, {size:,} records\n", _built(found)]
    if "kinds" in found:
        lines += [
            f"{found['pss_mb']:.0f} MB PSS after all queries; load {found['load']:.0f}\n",
            "| kind | p50 CPU | p95 CPU | the loop | p50, loops | p95, loops | of it database | p50 wall | p95 wall"
            " | LIKE p50 | FTS5 p50 | asked | no index | no result |",
            f"|---{'|---' * 13}|",
        ]
    for kind, row in found.get("kinds", {}).items():
        loops = [cpu / row["loop"] for cpu in row["cpu"]]
        cells = [*row["cpu"], row["loop"], *loops, row["database"], *row["wall"], row.get("like"), row.get("fts5")]
        figures = ["–" if cell is None else f"{cell:.1f}" for cell in cells]
        # A query that the index could not answer is no figure of the index.
        counts = [str(row[name]) for name in ("asked", "fell", "nothing")]
        lines.append(f"| {kind} | " + " | ".join([*figures, *counts]) + " |")
    return "\n".join(lines)


def _built(found: dict) -> str:
    if "build_s" not in found:
        return f"filled in {found['filled_s']:.0f} s\n"
    return (
        f"built in {found['build_s']:.1f} s ({found['build_ms']:.2f} ms CPU a record, the database's left aside); one"
        f" change indexed in {found['update_ms']:.0f} ms CPU, {found['update_wall_ms']:.0f} ms wall\n"
    )


if __name__ == "__main__":
    main()
