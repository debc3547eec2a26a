"""Settings of the tests: the real ones, with a data directory of their own and quick passwords."""

import os
import tempfile
from pathlib import Path

# bin/test gives one directory to all; each of pytest-xdist's processes works in its own corner of it.
os.environ["HINDSIGHT_TEST_DIR"] = (
    os.environ.get("HINDSIGHT_TEST_DIR") or os.environ.get("HINDSIGHT_DATA_DIR") or tempfile.mkdtemp(prefix="hs-tests-")
)
os.environ["HINDSIGHT_DATA_DIR"] = str(
    Path(os.environ["HINDSIGHT_TEST_DIR"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
)
# An installation's .env lies in the same folder and must not reach the tests.
os.environ["HINDSIGHT_ENV_FILE"] = os.devnull
os.environ.setdefault("HINDSIGHT_SECRET_KEY", "a-key-for-tests-only-that-is-long-enough-to-pass")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from hindsight.settings import *  # noqa: F403 - the environment has to be set before they are read
from hindsight.settings import DATA_DIR, DATABASES, IS_POSTGRES

if IS_POSTGRES:
    # A pool keeps connections open, and a test database with open connections can't be dropped.
    del DATABASES["default"]["OPTIONS"]["pool"]
else:
    # A file, as in real life: in memory, the threads of a live server would share one connection and its transactions.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # Nothing here has to survive a crash.
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
