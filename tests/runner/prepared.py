"""A migrated database for each pass of the tests, made while the checks run; their processes copy it."""

import subprocess
import sys
from pathlib import Path

import psycopg

NAME = "prepared"


class Prepared:
    """A database that is being migrated in a process of its own."""

    def __init__(self, environment: dict[str, str], url: str, source: str) -> None:
        """Begin; `source` is what the tests copy: a file or a database's name."""
        self.source = source
        self.process = subprocess.Popen(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
            env={**environment, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def variables(self) -> dict[str, str]:
        """Wait for the end; what the tests are told. Where migrating failed they do it themselves, and show why."""
        said, _ = self.process.communicate()
        if self.process.returncode:
            print(said, flush=True)
            return {}
        return {"HINDSIGHT_TEST_PREPARED": self.source}

    def end(self) -> None:
        """Leave nothing behind."""
        self.process.kill()
        self.process.wait()


def on_sqlite(environment: dict[str, str], scratch: Path) -> Prepared:
    """A file in `scratch`."""
    file = scratch / f"{NAME}.sqlite3"
    return Prepared(environment, f"sqlite:///{file}", str(file))


def on_postgres(environment: dict[str, str], url: str) -> Prepared:
    """A database beside the one that `url` names."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
    return Prepared(environment, url.replace("/postgres?", f"/{NAME}?"), NAME)
