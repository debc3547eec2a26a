"""What pages cost: list, incident, adding an entry, declaring, polling, and an incident with ten thousand entries.

    python bench/pages.py [--incidents 20000] [--entries 10000] [--repeat 40] [--watchers 50 --seconds 60] [--json]
                          [--keep DIR] [--postgres] [--only WORD …]

Fills a database of its own (HINDSIGHT_DATA_DIR or DATABASE_URL name another: it must be empty), then asks each page
through all middleware. CPU milliseconds of the application, p50 and p95; SQLite's are in them, those of PostgreSQL's
processes stand beside them as a mean. "times the loop" is the sum of both against a fixed piece of work that is done
before and after each job: it says the same on a busy machine. With watchers a real server is started, and so many
people poll one incident every two seconds.

`--keep DIR` leaves the data there, and takes what an earlier run left: only the usual incident is made anew.
`--postgres` starts a PostgreSQL of its own, in DIR too. `--only` picks the jobs whose names hold one of the words.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import mean, quantiles

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.runner import cluster, needs  # noqa: E402 - after the path


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--incidents", type=int, default=20_000)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--watchers", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", default="")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    return parser.parse_args()


def with_postgres(directory: Path) -> int:
    """This command once more, with a PostgreSQL."""
    with cluster.kept(needs.postgres_bin(), directory / "postgres") as url:
        return subprocess.call([sys.executable, *sys.argv], env={**os.environ, "DATABASE_URL": url})  # noqa: S603 - ourselves


ASKED = asked()
DIRECTORY = Path(ASKED.keep).absolute() if ASKED.keep else Path(tempfile.mkdtemp(prefix="hindsight-bench-"))
DIRECTORY.mkdir(parents=True, exist_ok=True)
if ASKED.postgres and "DATABASE_URL" not in os.environ:
    sys.exit(with_postgres(DIRECTORY))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
os.environ.setdefault("HINDSIGHT_DATA_DIR", str(DIRECTORY))
os.environ.setdefault("HINDSIGHT_LOG_LEVEL", "error")

import django  # noqa: E402 - after the environment

django.setup()

from django.conf import settings  # noqa: E402 - after setup()
from django.core.management import call_command  # noqa: E402 - after setup()
from django.db import connection, transaction  # noqa: E402 - after setup()
from django.http import HttpResponse  # noqa: E402 - after setup()
from django.test import Client  # noqa: E402 - after setup()
from django.test.utils import CaptureQueriesContext  # noqa: E402 - after setup()
from django.utils import timezone  # noqa: E402 - after setup()

from accounts.models import Installation, User  # noqa: E402 - after setup()
from bench.watching import watch  # noqa: E402 - after setup()
from incidents import access  # noqa: E402 - after setup()
from incidents.models import Incident, NumberSequence, Service, Snippet, Status, TimelineEntry  # noqa: E402 - after setup()
from incidents.models.incident import UNKNOWN_START  # noqa: E402 - after setup()
from incidents.pages.live import OVERLAP, state_of  # noqa: E402 - after setup()
from incidents.services.diagnosis import add_step  # noqa: E402 - after setup()
from incidents.services.snippets import add_snippet  # noqa: E402 - after setup()
from incidents.services.timeline import add_entry  # noqa: E402 - after setup()

BATCH = 2_000
START = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "The pool of `checkout-api` was **empty** from 14:05 on; see the dashboard. Restarting one node did not help."
CODE = "def connect(pool):\n    return pool.acquire(timeout=30)\n\n" * 8
KINDS = ("note", "note", "note", "message", "alert", "change", "fix", "note", "decision", "note")
LONG = "Went on for days"
HTMX = {"HX-Request": "true"}
RENDERED: dict[str, object] = {}


def main() -> None:
    """Fill, ask, print."""
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    user = User.objects.filter(username="bench").first() or fill(ASKED.incidents)
    usual = usual_incident(user)
    if ASKED.watchers:
        sys.stdout.write(json.dumps(watch(usual, user, people=ASKED.watchers, seconds=ASKED.seconds)) + "\n")
        return
    long = Incident.objects.filter(title=LONG).first() or long_incident(user, ASKED.entries)
    figures = list(measure(user, usual, long, ASKED.repeat))
    sys.stdout.write(json.dumps(figures, indent=1) + "\n" if ASKED.json else table(figures))


@transaction.atomic
def fill(size: int) -> User:
    """Somebody who logs incidents, and `size` of these, each with a service and three lines."""
    user = User.objects.create_user("bench", email="bench@example.org", password=None, role="responder")
    with transaction.atomic():
        Installation.close_setup(now=timezone.now())
    services = Service.objects.bulk_create([Service(name=f"service-{at}", slug=f"service-{at}") for at in range(40)])
    for first in range(0, size, BATCH):
        rows = Incident.objects.bulk_create(
            [past(number, user) for number in range(first + 1, min(first + BATCH, size) + 1)]
        )
        link = Incident.services.through
        link.objects.bulk_create([link(incident=row, service=services[row.number % 40]) for row in rows])
        TimelineEntry.objects.bulk_create([line(row, at, user) for row in rows for at in range(3)])
    NumberSequence.objects.update_or_create(pk=1, defaults={"last": size})
    return user


def past(number: int, user: User) -> Incident:
    """One that is over."""
    at = START - timedelta(hours=number)
    return Incident(
        number=number,
        title=f"Checkout answers {400 + number % 200} on node {number}",
        status=Status.CLOSED,
        declared_by=user,
        started_at=at,
        declared_at=at,
        updated_at=at,
        listed_at=at or UNKNOWN_START,
    )


def line(incident: Incident, at: int, user: User) -> TimelineEntry:
    """A line of a timeline, half a minute after the one before it."""
    moment = START + timedelta(seconds=30 * at)
    entry = TimelineEntry(
        incident=incident, kind=KINDS[at % 10], body=f"{TEXT} ({at % 50})", at=moment, noted_at=moment, author=user
    )
    if entry.body not in RENDERED:
        entry.render_fields()
        RENDERED[entry.body] = entry.rendered
    entry.rendered = RENDERED[entry.body]
    return entry


def open_incident(user: User) -> Incident:
    """One that is being worked on."""
    number = NumberSequence.take()
    row = past(number, user)
    row.status = Status.INVESTIGATING
    row.save()
    return row


def usual_incident(user: User) -> Incident:
    """30 lines, 6 steps, 3 snippets."""
    incident = open_incident(user)
    TimelineEntry.objects.bulk_create([line(incident, at, user) for at in range(21)])
    for at in range(6):
        outcome = ("open", "confirmed", "ruled_out")[at % 3]
        add_step(
            incident=incident,
            by=user,
            now=START,
            fields={"hypothesis": f"Cause {at}", "finding": TEXT, "outcome": outcome},
        )
    for at in range(3):
        add_snippet(incident=incident, by=user, now=START, code=CODE, language="python", filename=f"pool{at}.py")
    assert (incident.entries.count(), Snippet.objects.filter(incident=incident).count()) == (30, 3)
    return incident


def long_incident(user: User, entries: int) -> Incident:
    """One that went on for days."""
    incident = open_incident(user)
    Incident.objects.filter(pk=incident.pk).update(title=LONG)
    for first in range(0, entries, BATCH):
        rows = [line(incident, at, user) for at in range(first, min(first + BATCH, entries))]
        TimelineEntry.objects.bulk_create(rows)
    return incident


def measure(user: User, usual: Incident, long: Incident, repeat: int) -> list[dict[str, object]]:
    """Each job, `repeat` times after two that warm up."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    once = count()
    middle = long.entries.order_by("at")[long.entries.count() // 2].pk

    def entry(incident: Incident) -> HttpResponse:
        data = {"body": f"{TEXT} again {next(once)}", "once": uuid.uuid4().hex}
        return client.post(f"{incident.get_absolute_url()}entries/new/", data, headers=HTMX)

    def declare() -> HttpResponse:
        return client.post(
            "/incidents/new/", {"title": "Checkout answers 502", "severity": "sev2", "once": uuid.uuid4().hex}
        )

    def poll(known: str) -> HttpResponse:
        return client.get(f"{usual.get_absolute_url()}live/", {"since": known, "who": "0"}, headers=HTMX)

    def changed() -> HttpResponse:
        known = f"{state_of(access.get_incident(user, usual.number), timezone.now() + OVERLAP)}"
        add_entry(incident=usual, by=user, now=timezone.now(), body=f"{TEXT} {next(once)}")
        return poll(known)

    def at(incident: Incident, query: str = "") -> Callable[[], HttpResponse]:
        return lambda: client.get(f"{incident.get_absolute_url()}{query}")

    now = re.search(r'data-since="([^"]+)', client.get(usual.get_absolute_url()).content.decode())
    assert now is not None
    jobs: list[tuple[str, Callable[[], HttpResponse], int]] = [
        ("list, 50 rows", lambda: client.get("/incidents/"), repeat),
        ("incident, 30 entries, 6 steps, 3 snippets", at(usual), repeat),
        ("the same, without its lines", at(usual, "?lines=0"), repeat),
        ("poll, nothing new (204)", lambda: poll(now[1]), repeat),
        ("add an entry", lambda: entry(usual), repeat),
        ("declare", declare, repeat),
        ("add an entry elsewhere, poll it", changed, repeat),
        ("long: first page", at(long), min(repeat, 15)),
        ("long: story", at(long, "?view=story"), min(repeat, 15)),
        ("long: one kind", at(long, "?kind=fix"), min(repeat, 15)),
        ("long: permalink in the middle", at(long, f"?entry={middle}"), min(repeat, 15)),
        ("long: add an entry", lambda: entry(long), repeat),
        ("long: all as Markdown", lambda: _whole(client.get(f"{long.get_absolute_url()}timeline.md")), 2),
        ("long: record as Markdown", lambda: client.get(f"/incidents/{long.label}.md"), 2),
    ]
    wanted = [one for one in jobs if not ASKED.only or any(word in one[0] for word in ASKED.only)]
    return [figure(name, job, times) for name, job, times in wanted]


def _whole(answer: HttpResponse) -> HttpResponse:
    return HttpResponse(b"".join(answer))


def figure(name: str, job: Callable[[], HttpResponse], times: int) -> dict[str, object]:
    """The figures of one job."""
    job()
    with CaptureQueriesContext(connection) as captured:
        answer = job()
    queries = len(captured)
    assert answer.status_code < 400, (name, answer.status_code)
    cpu, wall = [], []
    loop, backend = calibration_ms(), backend_ms()
    for _ in range(times):
        started, began = time.perf_counter(), time.process_time()
        job()
        cpu.append((time.process_time() - began) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    page, database = answer.content, (backend_ms() - backend) / times
    loop = (loop + calibration_ms()) / 2
    return {
        "job": name,
        "loop": loop,
        "ratio": (middle_of(cpu) + database) / loop,
        "cpu_p50": middle_of(cpu),
        "cpu_p95": quantiles(cpu, n=20)[-1] if times > 1 else cpu[0],
        "db_mean": database,
        "wall_p95": quantiles(wall, n=20)[-1] if times > 1 else wall[0],
        "queries": queries,
        "kb": len(page) / 1024,
        "kb_gzip": len(gzip.compress(page, 6)) / 1024,
        "files": len(re.findall(rb'<link rel="stylesheet"|<script[^>]* src=|<link rel="icon"', page)),
        "mean": mean(cpu),
    }


def calibration_ms() -> float:
    """CPU of a fixed piece of work, the middle of nine: what the machine can do beside what else it does."""
    found = []
    for _ in range(9):
        began = time.process_time()
        sum(len(str(number)) for number in range(100_000))
        found.append((time.process_time() - began) * 1000)
    return middle_of(found)


def middle_of(values: list[float]) -> float:
    """The median."""
    return sorted(values)[len(values) // 2]


def backend_ms() -> float:
    """CPU milliseconds that PostgreSQL's processes of this database have used; 0 on SQLite."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        pids = [row[0] for row in cursor.fetchall()]
    ticks = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            ticks += sum(int(part) for part in stat.read_text().rsplit(")", 1)[1].split()[11:13])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def table(figures: list[dict[str, object]]) -> str:
    """The figures as a table of Markdown."""
    columns = ("job", "times the loop", "CPU p50", "CPU p95", "database", "wall p95", "queries", "KB", "KB gzip")
    head = f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n"
    rows = (
        f"| {one['job']} | {one['ratio']:.2f} | {one['cpu_p50']:.1f} | {one['cpu_p95']:.1f} | {one['db_mean']:.1f}"
        f" | {one['wall_p95']:.0f} | {one['queries']} | {one['kb']:.0f} | {one['kb_gzip']:.0f} |\n"
        for one in figures
    )
    return f"{connection.vendor}, calibration {calibration_ms():.0f} ms\n\n{head}{''.join(rows)}"


if __name__ == "__main__":
    main()
