"""Many people who watch one incident: they poll a real server while somebody writes.

They do as the script of the page does (static/js/live.js): ask with the state that the page names, and wait after each
answer, a tenth more or less at random, so that they do not ask in step. They keep their connections and take compressed
answers, as browsers do. They ask every two seconds where a page asks every three. A time is what a watcher waits: from
the first byte sent to the last one read, of every poll. Their pages are opened before that, one after another.

All of them live in one loop of one thread, so that watching takes less of the processors than answering.
"""

import asyncio
import gzip
import os
import random
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from incidents.models import Incident
from incidents.services.timeline import add_entry

ROOT = Path(__file__).resolve().parent.parent
HOST, PORT = "127.0.0.1", 8765
EVERY_S = 2.0
JITTER = 0.1
PATIENCE_S = 30.0
LINE = re.compile(rb'id="entry-(\d+)"')


@dataclass
class Seen:
    """What all of them saw."""

    polls: list[float] = field(default_factory=list)
    news: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    sent: int = 0
    faults: list[str] = field(default_factory=list)
    # When each line was written, and how long after that each watcher had it, in seconds.
    written: dict[int, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    missed: int = 0


def watch(incident: Incident, writer: User, *, people: int, seconds: int) -> dict[str, object]:
    """Milliseconds from request to answer over `seconds`, with a new line every two seconds; and what went wrong."""
    cookies = [_session(number) for number in range(people)]
    connection.close()
    server = subprocess.Popen(  # noqa: S603 - our own command
        [str(ROOT / "bin" / "serve"), "--port", str(PORT)],
        env={**os.environ, "HINDSIGHT_DATA_DIR": str(settings.DATA_DIR)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        asyncio.run(_wait())
        seen = Seen()
        watchers = [Watcher(incident, cookie, seen) for cookie in cookies]
        asyncio.run(_open(watchers))
        cpu, own, until = cpu_ms(server.pid), time.process_time(), time.monotonic() + seconds
        writing = threading.Thread(target=_write, args=(incident, writer, seen, until))
        writing.start()
        asyncio.run(_ask(watchers, until))
        writing.join()
        spent = {name: after - cpu.get(name, 0.0) for name, after in cpu_ms(server.pid).items()}
        own = time.process_time() - own
    finally:
        server.terminate()
        server.wait(timeout=30)
    return figures(seen, people, spent, own)


def figures(seen: Seen, people: int, spent: dict[str, float], own: float) -> dict[str, object]:
    """As numbers: times in ms, and CPU of the web processes a poll with all that was done for pages in it."""
    cuts = quantiles(seen.polls, n=100)
    return {
        "watchers": people,
        "polls": len(seen.polls),
        "with_news": len(seen.news),
        "written": len(seen.written),
        "faults": len(seen.faults),
        "missed": seen.missed,
        "p50_ms": round(cuts[49]),
        "p95_ms": round(cuts[94]),
        "p99_ms": round(cuts[98]),
        "news_p95_ms": round(quantiles(seen.news, n=20)[-1]),
        "page_p50_ms": round(quantiles(seen.pages, n=20)[9]),
        "seen_after_p95_s": round(quantiles(seen.delays, n=20)[-1], 1),
        "kb_a_poll_with_news": round(seen.sent / 1024 / len(seen.news), 1),
        "web_cpu_ms_a_poll": round(spent.get("web", 0.0) / len(seen.polls), 1),
        "worker_cpu_s": round(spent.get("worker", 0.0) / 1000, 1),
        "watchers_cpu_s": round(own, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def cpu_ms(server: int) -> dict[str, float]:
    """CPU milliseconds so far of the server's two children, which are started in this order, and all theirs."""
    below: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        below.setdefault(int(parts[1]), []).append(pid)
        # Its own, and that of its children that have ended.
        ticks[pid] = sum(int(part) for part in parts[11:15])

    def whole(pid: int) -> int:
        return ticks.get(pid, 0) + sum(whole(child) for child in below.get(pid, ()))

    tick = 1000 / os.sysconf("SC_CLK_TCK")
    return {
        name: whole(pid) * tick for name, pid in zip(("web", "worker"), sorted(below.get(server, ())), strict=False)
    }


def _session(number: int) -> str:
    name = f"watcher{number}"
    person = User.objects.filter(username=name).first() or User.objects.create_user(
        name, email=f"{name}@example.org", password=None, role="responder"
    )
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _write(incident: Incident, writer: User, seen: Seen, until: float) -> None:
    while time.monotonic() < until:
        entry = add_entry(
            incident=incident, by=writer, now=timezone.now(), body=f"Line {len(seen.written)} of the watch"
        )
        seen.written[entry.pk] = time.monotonic()
        time.sleep(EVERY_S)
    connection.close()


async def _wait() -> None:
    for _ in range(120):
        try:
            if (await Caller("").get("/healthz"))[0] == 200:
                return
        except OSError:
            pass
        await asyncio.sleep(0.5)
    raise SystemExit("The server did not start.")


async def _open(watchers: list["Watcher"]) -> None:
    for watcher in watchers:
        await watcher.open()
        watcher.caller.close()


async def _ask(watchers: list["Watcher"], until: float) -> None:
    pause = EVERY_S / len(watchers)
    await asyncio.gather(*[watcher.ask_until(until, at * pause) for at, watcher in enumerate(watchers)])


class Caller:
    """One browser with one connection, which it opens again when the server has closed it."""

    def __init__(self, cookie: str) -> None:
        self.head = (
            f"Host: {HOST}:{PORT}\r\nCookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\nAccept-Encoding: gzip\r\n"
        )
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, more: str = "") -> tuple[int, bytes, bytes, float]:
        """Status, body as it came, what it says, and milliseconds. `more` are headers."""
        request = f"GET {path} HTTP/1.1\r\n{self.head}{more}\r\n".encode()
        began = time.perf_counter()
        was_open = self.writer is not None
        try:
            head, body = await self._ask(request)
        except (OSError, EOFError):
            self.close()
            if not was_open:
                raise
            # The server had closed it meanwhile; browsers ask again.
            head, body = await self._ask(request)
        took = (time.perf_counter() - began) * 1000
        if b"\r\nconnection: close" in head:
            self.close()
        text = gzip.decompress(body) if b"\r\ncontent-encoding: gzip" in head else body
        return int(head.split()[1]), body, text, took

    async def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection(HOST, PORT)
        self.writer.write(request)
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)).lower()
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        return head, await self.reader.readexactly(int(length[1])) if length else b""

    def close(self) -> None:
        """End the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Watcher:
    """A page that somebody has open."""

    def __init__(self, incident: Incident, cookie: str, seen: Seen) -> None:
        self.address = incident.get_absolute_url()
        self.caller = Caller(cookie)
        self.seen = seen
        self.known = {"since": "", "who": ""}
        self.lines: set[int] = set()

    async def open(self) -> None:
        """Read the page."""
        _, _, page, took = await self.caller.get(self.address)
        self.seen.pages.append(took)
        self.known["since"] = _said(page, "since")
        self.lines |= {int(pk) for pk in LINE.findall(page)}

    async def ask_until(self, until: float, offset: float) -> None:
        """Poll, and count what was written a second before the last poll and has not come."""
        await asyncio.sleep(offset)
        asked = 0.0
        while time.monotonic() < until:
            asked = time.monotonic()
            try:
                await self.ask()
            except (OSError, EOFError) as problem:
                self.caller.close()
                self.seen.faults.append(repr(problem))
            await asyncio.sleep(EVERY_S * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - no secret
        due = [pk for pk, at in list(self.seen.written.items()) if at < asked - 1]
        self.seen.missed += len(set(due) - self.lines)

    async def ask(self) -> None:
        """One poll."""
        query = "&".join(f"{name}={value}" for name, value in self.known.items())
        status, body, text, took = await self.caller.get(f"{self.address}live/?{query}", "HX-Request: true\r\n")
        self.seen.polls.append(took)
        if status == 200:
            self.known = {name: _said(text, name) for name in self.known}
            self.seen.news.append(took)
            self.seen.sent += len(body)
            new = {int(pk) for pk in LINE.findall(text)} - self.lines
            self.lines |= new
            now, written = time.monotonic(), self.seen.written
            self.seen.delays += [now - written[pk] for pk in new if pk in written]
        elif status != 204:
            self.seen.faults.append(str(status))


def _said(text: bytes, name: str) -> str:
    found = re.search(rb'data-%s="([^"]*)' % name.encode(), text)
    assert found is not None, f"No data-{name} in the answer"
    return found[1].decode()
