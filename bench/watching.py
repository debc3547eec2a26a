"""Many people who watch one incident: they poll a real server while somebody writes."""

import http.client
import os
import subprocess
import threading
import time
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
PORT = 8765
EVERY_S = 2.0


def watch(incident: Incident, writer: User, *, people: int, seconds: int) -> dict[str, float]:
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
        _wait()
        times: list[float] = []
        faults: list[str] = []
        until = time.monotonic() + seconds
        watchers = [
            threading.Thread(target=_poll, args=(incident, cookie, until, at / people * EVERY_S, times, faults))
            for at, cookie in enumerate(cookies)
        ]
        for thread in watchers:
            thread.start()
        written = 0
        while time.monotonic() < until:
            add_entry(incident=incident, by=writer, now=timezone.now(), body=f"Line {written} of the watch")
            written += 1
            time.sleep(EVERY_S)
        for thread in watchers:
            thread.join()
    finally:
        server.terminate()
        server.wait(timeout=30)
    cuts = quantiles(times, n=100)
    return {
        "watchers": people,
        "polls": len(times),
        "written": written,
        "faults": len(faults),
        "p50_ms": cuts[49],
        "p95_ms": cuts[94],
        "p99_ms": cuts[98],
    }


def _session(number: int) -> str:
    name = f"watcher{number}"
    person = User.objects.filter(username=name).first() or User.objects.create_user(
        name, email=f"{name}@example.org", password=None, role="responder"
    )
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _wait() -> None:
    for _ in range(120):
        try:
            client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            client.request("GET", "/healthz")
            if client.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise SystemExit("The server did not start.")


def _poll(incident: Incident, cookie: str, until: float, offset: float, times: list[float], faults: list[str]) -> None:
    time.sleep(offset)
    known = {"since": "", "who": ""}
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "HX-Request": "true"}
    while time.monotonic() < until:
        began = time.perf_counter()
        client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            client.request(
                "GET", f"{incident.get_absolute_url()}live/?since={known['since']}&who={known['who']}", headers=headers
            )
            answer = client.getresponse()
            text = answer.read().decode()
            times.append((time.perf_counter() - began) * 1000)
            if answer.status == 200:
                known = {name: text.split(f'data-{name}="')[1].split('"')[0] for name in known}
            elif answer.status != 204:
                faults.append(str(answer.status))
        except OSError as problem:
            faults.append(str(problem))
        finally:
            client.close()
        time.sleep(max(0.0, EVERY_S - (time.perf_counter() - began)))
