"""The settings as a whole: a bad value stops the start, the key is kept, every name is documented."""

import json
import os
import re
import stat
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from hindsight import settings

ROOT = Path(__file__).resolve().parent.parent.parent
SHOW = "from hindsight import settings as s; import json; print(json.dumps({name: getattr(s, name) for name in %r}))"


def start(tmp_path: Path, *shown: str, **values: str) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process of its own, with nothing but `values` set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {"HINDSIGHT_DATA_DIR": str(tmp_path / "data"), "HINDSIGHT_ENV_FILE": os.devnull, **kept, **values}
    command = [sys.executable, "-c", SHOW % (list(shown),)]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("HINDSIGHT_DEBUG", "perhaps", "HINDSIGHT_DEBUG is 'perhaps'"),
        ("HINDSIGHT_UPLOAD_MAX_MB", "0", "from 1 to 10000"),
        ("HINDSIGHT_SECRET_KEY", "short", "shorter than 40"),
        ("HINDSIGHT_BASE_URL", "hindsight.example.org", "HINDSIGHT_BASE_URL is"),
        ("HINDSIGHT_SEARCH_ENGINE", "elastic", "use one of auto, whoosh, postgres"),
        ("HINDSIGHT_SEARCH_ENGINE", "postgres", "needs DATABASE_URL"),
        ("HINDSIGHT_LOG_LEVEL", "loud", "HINDSIGHT_LOG_LEVEL is 'loud'"),
        ("HINDSIGHT_TRUSTED_PROXIES", "many", "HINDSIGHT_TRUSTED_PROXIES"),
        ("HINDSIGHT_DATA_DIR", "/dev/null/data", "can't be made"),
        ("DATABASE_URL", "mysql://root@localhost/x", "must begin with postgres:// or sqlite://"),
        ("DATABASE_URL_FILE", "/nowhere", "can't be read"),
    ],
)
def test_a_bad_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str, complaint: str) -> None:
    done = start(tmp_path, **{name: value})
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert complaint in last


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    keys = {json.loads(start(tmp_path, "SECRET_KEY").stdout)["SECRET_KEY"] for _ in range(2)}
    assert len(keys) == 1
    assert len(keys.pop()) >= 40
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    plain = json.loads(start(tmp_path, *names).stdout)
    secure = json.loads(start(tmp_path, *names, HINDSIGHT_BASE_URL="https://hindsight.example.org").stdout)
    assert not any(plain.values())
    assert all(secure.values())


def test_the_debug_pages_are_off_by_default(tmp_path: Path) -> None:
    assert json.loads(start(tmp_path, "DEBUG").stdout)["DEBUG"] is False


def test_mail_goes_nowhere_until_it_is_set_up(tmp_path: Path) -> None:
    """Never to the log by itself: password links would stand there."""
    nowhere = json.loads(start(tmp_path, "EMAIL_BACKEND").stdout)["EMAIL_BACKEND"]
    empty = json.loads(start(tmp_path, "EMAIL_BACKEND", EMAIL_URL="").stdout)["EMAIL_BACKEND"]
    chosen = json.loads(start(tmp_path, "EMAIL_BACKEND", EMAIL_URL="smtp://mail.example.org").stdout)["EMAIL_BACKEND"]
    assert nowhere == empty == "hindsight.lib.mail.NotSetUp"
    assert chosen == "django.core.mail.backends.smtp.EmailBackend"


def test_an_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("HINDSIGHT_UPLOAD_MAX_MB=7\nHINDSIGHT_LOG_LEVEL=error\n", encoding="utf-8")
    done = start(
        tmp_path,
        "UPLOAD_MAX_MB",
        "LOG_LEVEL",
        HINDSIGHT_ENV_FILE=str(tmp_path / "env"),
        HINDSIGHT_LOG_LEVEL="warning",
    )
    assert json.loads(done.stdout) == {"UPLOAD_MAX_MB": 7, "LOG_LEVEL": "WARNING"}


@pytest.mark.parametrize("name", sorted(settings.env.seen))
def test_every_setting_is_documented(name: str) -> None:
    table = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert f"| `{name}` |" in table
    assert re.search(rf"^# {name}(_FILE)?=", example, re.MULTILINE)


def test_the_documents_name_no_setting_that_is_gone() -> None:
    table = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))
    assert documented == settings.env.seen


@pytest.mark.parametrize(
    ("package", "at_least"),
    [
        ("django", (5, 2, 13)),
        ("pillow", (12, 3, 0)),
        ("pygments", (2, 20, 0)),
        ("markdown-it-py", (2, 2, 0)),
        ("django-allauth", (65, 14, 1)),
        ("nh3", (0, 3, 8)),
        ("whoosh", (2, 7, 4)),
    ],
)
def test_no_package_is_older_than_its_last_known_hole(package: str, at_least: tuple[int, ...]) -> None:
    assert tuple(int(part) for part in version(package).split(".")[:3]) >= at_least


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_every_pin_with_hashes_and_no_address(name: str) -> None:
    wanted = re.findall(r"^([\w.-]+(?:\[[\w,]+\])?)==(\S+)", (ROOT / f"{name}.txt").read_text(encoding="utf-8"), re.M)
    lock = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^ ;\\]+)", lock, re.MULTILINE))
    assert wanted
    for package, pinned in wanted:
        assert pins[re.sub(r"\[.*", "", package).lower()] == pinned
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", lock)
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", lock) if "==" in entry)
