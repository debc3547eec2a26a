"""One run of bench/odd_queries.py over records that are there: asks, and prints the figures as one line of JSON."""

import json
import os
import sys
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
django.setup()

from django.conf import settings as django_settings  # noqa: E402 - after setup()
from django.test import Client  # noqa: E402 - after setup()
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402 - after setup()

from accounts.models import User  # noqa: E402 - after setup()
from bench import measuring  # noqa: E402 - after setup()
from bench.corpus import OPS  # noqa: E402 - after setup()
from tests.search.odd import NASTY, odd  # noqa: E402 - after setup()

OK, REFUSED = 200, 400
WITHOUT_INDEX = b"straight from the database"
LONGEST_MS = 2000.0
# So long an address is no question of search any more.
MAX_IN_ADDRESS = 4000
JSON_EVERY = 4
SLOWEST = 5


@dataclass
class Answers:
    """What came back: the milliseconds of CPU of each answer, and how many there were of each status."""

    client: Client
    server: int | None
    took: list[tuple[float, str]] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    fell: int = 0

    def ask(self, text: str) -> None:
        """Put one query to the page, and some to the same page as JSON."""
        self._once(text, "page")
        if len(self.took) % JSON_EVERY == 0:
            self._once(text, "json")

    def _once(self, text: str, form: str) -> None:
        before, begin = measuring.spent(self.server), time.process_time()
        answer = self._answer(text, form)
        took = (time.process_time() - begin) * 1000 + measuring.spent(self.server) - before
        self.took.append((took, f"{form}: {text[:100]!r} ({len(text):,} characters)"))
        self.statuses[f"{form} {answer.status_code}"] += 1
        self.fell += WITHOUT_INDEX in answer.content
        # Addresses with a NUL are refused before any page is asked.
        is_answered = answer.status_code == OK or (answer.status_code == REFUSED and "\0" in text)
        if not is_answered or took > LONGEST_MS:
            self.wrong.append(f"{answer.status_code} in {took:.0f} ms, {self.took[-1][1]}")

    def _answer(self, text: str, form: str):
        told = urllib.parse.quote(text, errors="surrogatepass")
        if form == "json" or (len(told) <= MAX_IN_ADDRESS and "\n" not in text):
            kind = "&format=json" if form == "json" else ""
            return self.client.get(f"/search/?q={told[:MAX_IN_ADDRESS]}{kind}")
        return self.client.post("/search/", f"q={told}", content_type="application/x-www-form-urlencoded", follow=True)


def main() -> None:
    """Take the number of queries from the command line."""
    number = int(sys.argv[1])
    django_settings.ALLOWED_HOSTS = ["localhost"]
    client = Client(HTTP_HOST="localhost", raise_request_exception=False)
    client.force_login(User.objects.get_or_create(username="bench", defaults={"role": "responder"})[0])
    answers = Answers(client, measuring.backend())
    client.get("/search/?q=warm")
    for text in [*NASTY, *(f"{OPS[0]} {each}" for each in NASTY), "\n".join(NASTY), "a.b " * 250_000]:
        answers.ask(text)
    left = max(number - len(answers.took), 1)

    @given(odd(*OPS))
    @settings(
        max_examples=left,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(text: str) -> None:
        answers.ask(text)

    ask()
    sys.stdout.write("\n" + json.dumps(figures(answers)) + "\n")


def figures(answers: Answers) -> dict:
    """What is printed."""
    took = sorted(answers.took, reverse=True)
    p50, p95 = measuring.quantiles([ms for ms, _ in took])
    return {
        "asked": len(took),
        "statuses": dict(sorted(answers.statuses.items())),
        "p50": p50,
        "p95": p95,
        "slowest": took[:SLOWEST],
        "fell": answers.fell,
        "wrong": answers.wrong,
        "calibration_ms": measuring.calibration(),
        "load": os.getloadavg()[0],
    }


main()
