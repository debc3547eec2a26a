"""One run of the benchmark: fill a database, build the index, ask, and print the figures as one line of JSON."""

import json
import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - after setup()
from django.db import connection  # noqa: E402 - after setup()
from django.test import override_settings  # noqa: E402 - after setup()

from accounts.models import User  # noqa: E402 - after setup()
from bench.corpus import SERVICES, Corpus, Record, queries  # noqa: E402 - after setup()
from bench.loop import loop_ms, middle_of  # noqa: E402 - after setup()
from incidents.models import Incident, Service, Snippet, TimelineEntry  # noqa: E402 - after setup()
from postmortems.models import Postmortem, Section  # noqa: E402 - after setup()
from search import current, indexing, outbox  # noqa: E402 - after setup()
from search.results import Results, find, glance  # noqa: E402 - after setup()

BATCH = 500
# Asked as the panel does while somebody types: six rows, no cut texts, no facets.
TYPED = {"as typed", "prefix"}
WARMING = 2
WORD = re.compile(r"[A-Za-z0-9]{3,}")


def main() -> None:
    """Take the step, the number of records and of queries, and the kinds from the command line."""
    step, size, each, kinds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    # What was kept may be of an older version.
    call_command("migrate", verbosity=0)
    steps = {
        "fill": lambda: filled(size),
        "index": lambda: index(size),
        "ask": lambda: answer(size, each, set(filter(None, kinds.split(",")))),
        "ask-without": lambda: answer_without_index(size, each, set(filter(None, kinds.split(",")))),
    }
    sys.stdout.write("\n" + json.dumps(steps[step]()) + "\n")


def filled(size: int) -> dict:
    """Write the records."""
    begin = time.perf_counter()
    fill(Corpus(size))
    return {"filled_s": time.perf_counter() - begin}


def index(size: int) -> dict:
    """Build the index; then change single records."""
    wall, cpu = time.perf_counter(), time.process_time()
    indexing.rebuild()
    return {
        "build_s": time.perf_counter() - wall,
        "build_ms": (time.process_time() - cpu) / size * 1000,
        **update(),
    }


def answer(size: int, each: int, wanted: set[str]) -> dict:
    """Ask every kind of query, as a web process does, and then the plain ways."""
    viewer, _ = User.objects.get_or_create(username="bench", defaults={"role": "responder"})
    asked = {kind: texts for kind, texts in queries(Corpus(size), each).items() if not wanted or kind in wanted}
    ways = {kind: glance if kind in TYPED else find for kind in asked}
    warm(viewer, size)
    kinds = {kind: ask(texts, partial(ways[kind], viewer)) for kind, texts in asked.items()}
    memory = pss()
    plain = Plain(Corpus(size)) if not wanted else None
    for kind, texts in asked.items():
        kinds[kind].update(plain.ask(texts) if plain else {})
    return {"kinds": kinds, "pss_mb": memory, "load": os.getloadavg()[0]}


def warm(viewer: User, size: int) -> None:
    """Ask other texts of every kind first: what is measured is a process that has answered before."""
    for kind, texts in queries(Corpus(size), WARMING, seed=12).items():
        for text in texts:
            (glance if kind in TYPED else find)(viewer, text)


def answer_without_index(size: int, each: int, wanted: set[str]) -> dict:
    """The same while the index is away and nobody builds it anew: the database alone answers."""
    viewer, _ = User.objects.get_or_create(username="bench", defaults={"role": "responder"})
    asked = {kind: texts for kind, texts in queries(Corpus(size), each).items() if not wanted or kind in wanted}
    with no_index():
        kinds = {kind: ask(texts, partial(glance if kind in TYPED else find, viewer)) for kind, texts in asked.items()}
    return {"kinds": kinds, "pss_mb": pss(), "load": os.getloadavg()[0]}


@contextmanager
def no_index() -> Iterator[None]:
    """Put the index out of reach: its directory is an empty one, or its table has another name meanwhile."""
    if current.engine().name == "whoosh":
        with TemporaryDirectory() as empty, override_settings(INDEX_DIR=Path(empty)):
            yield
        return
    _rename("search_searchdocument", "search_set_aside")
    try:
        yield
    finally:
        _rename("search_set_aside", "search_searchdocument")


def _rename(name: str, other: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO {other}")


def fill(corpus: Corpus) -> None:
    """Write the records straight into the tables."""
    services = Service.objects.bulk_create([Service(name=name, slug=name) for name in SERVICES])
    by_name = {service.name: service for service in services}
    records = corpus.records()
    while batch := list(islice(records, BATCH)):
        incidents = Incident.objects.bulk_create([incident(record) for record in batch])
        pairs = list(zip(incidents, batch, strict=True))
        link = Incident.services.through
        link.objects.bulk_create([link(incident=row, service=by_name[record.service]) for row, record in pairs])
        TimelineEntry.objects.bulk_create(
            [
                TimelineEntry(incident=row, body=body, at=record.started_at, noted_at=record.started_at)
                for row, record in pairs
                for body in record.entries
            ]
        )
        Snippet.objects.bulk_create([snippet(row, record) for row, record in pairs])
        postmortems = Postmortem.objects.bulk_create(
            [
                Postmortem(incident=row, begun_at=record.started_at, updated_at=record.started_at)
                for row, record in pairs
            ]
        )
        Section.objects.bulk_create(
            [
                Section(postmortem=postmortem, key=key, body=body, updated_at=record.started_at)
                for postmortem, record in zip(postmortems, batch, strict=True)
                for key, body in record.sections
            ]
        )


def snippet(row: Incident, record: Record) -> Snippet:
    """The trace of one record, with its signature as a service keeps it."""
    made = Snippet(incident=row, code=record.code, language="java", created_at=record.started_at)
    made.signature = made.signature_of()
    return made


def incident(record: Record) -> Incident:
    """The row of one record."""
    return Incident(
        number=record.number,
        title=record.title,
        summary=record.summary,
        severity=record.severity,
        status=record.status,
        started_at=record.started_at,
        declared_at=record.started_at,
        listed_at=record.started_at,
        updated_at=record.started_at,
    )


def ask(texts: Iterable[str], answer: Callable[[str], object]) -> dict:
    """p50 and p95 of CPU (with PostgreSQL's, whose p50 stands beside it) and wall in ms, and the middle of a fixed loop
    that runs before each text; the first text is asked once beforehand."""
    texts = list(texts)
    answer(texts[0])
    server = backend()
    cpu, database, wall, loops, fell, nothing = [], [], [], [], 0, 0
    for text in texts:
        loops.append(loop_ms())
        before, begin, begun = spent(server), time.process_time(), time.perf_counter()
        found = answer(text)
        wall.append((time.perf_counter() - begun) * 1000)
        own, there = (time.process_time() - begin) * 1000, spent(server) - before
        cpu.append(own + there)
        database.append(there)
        if isinstance(found, Results):
            fell += bool(found.notice)
            nothing += not found.results
    counts = {"asked": len(texts), "fell": fell, "nothing": nothing}
    held = quantiles(database)[0] if server else None
    return {"cpu": quantiles(cpu), "loop": middle_of(loops), "database": held, "wall": quantiles(wall), **counts}


def backend() -> int | None:
    """The process that serves this connection, if the database is a server on this machine."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def spent(pid: int | None) -> float:
    """CPU of a process so far, in ms."""
    return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e6 if pid else 0.0


def quantiles(values: list[float]) -> tuple[float, float]:
    """p50 and p95."""
    held = sorted(values)
    return held[len(held) // 2], held[min(len(held) - 1, int(len(held) * 0.95))]


class Plain:
    """The same texts in one SQLite table, searched by LIKE (any word) and by FTS5 (any word, bm25, 20 rows)."""

    def __init__(self, corpus: Corpus) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE TABLE plain (body TEXT)")
        self._base.execute("CREATE VIRTUAL TABLE full USING fts5(body)")
        for record in corpus.records():
            sections = (text for _, text in record.sections)
            body = "\n".join([record.title, record.summary, *record.entries, *sections, record.code])
            self._base.execute("INSERT INTO plain VALUES (?)", [body])
            self._base.execute("INSERT INTO full VALUES (?)", [body])

    def ask(self, texts: list[str]) -> dict:
        """p50 in ms of CPU; both skip filters."""
        return {
            "like": ask(texts[:8], self._like)["cpu"][0],
            "fts5": ask(texts, self._full)["cpu"][0],
        }

    def _words(self, text: str) -> list[str]:
        words = WORD.findall(re.sub(r"\w+:\S+", "", text)) or ["sev"]
        return list(dict.fromkeys(words))[:25]

    def _like(self, text: str) -> list:
        words = self._words(text)
        where = " OR ".join(["body LIKE ?"] * len(words))
        # Every row has to be read before the best can be known.
        sql = f"SELECT count(*) FROM plain WHERE {where}"  # noqa: S608 - made of question marks
        return self._base.execute(sql, [f"%{word}%" for word in words]).fetchall()

    def _full(self, text: str) -> list:
        match = " OR ".join(f'"{word}"' for word in self._words(text))
        sql = (
            "SELECT rowid, snippet(full, 0, '<b>', '</b>', '…', 30) FROM full WHERE full MATCH ? ORDER BY rank LIMIT 20"
        )
        return self._base.execute(sql, [match]).fetchall()


def update() -> dict:
    """What it takes until one changed record is in the index."""
    changed = Incident.objects.order_by("pk").values_list("pk", flat=True)[:5]
    cpu, wall = [], []
    for pk in changed:
        outbox.enqueue("incident", pk)
        begin, begun = time.process_time(), time.perf_counter()
        indexing.drain()
        cpu.append((time.process_time() - begin) * 1000)
        wall.append((time.perf_counter() - begun) * 1000)
    return {"update_ms": quantiles(cpu)[0], "update_wall_ms": quantiles(wall)[0]}


def calibration() -> float:
    """CPU of a fixed loop, so that two runs on a busy machine can be compared."""
    begin, held = time.process_time(), 0
    for number in range(2_000_000):
        held += number * number % 7
    return (time.process_time() - begin) * 1000


def pss() -> float:
    """The memory of this process, shared pages in their share; with the plain copies that stand beside it."""
    try:
        text = Path("/proc/self/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    match = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(match[1]) / 1024 if match else 0.0


if __name__ == "__main__":
    main()
