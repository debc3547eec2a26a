"""Settings of the tests: the real ones, with a data directory of their own and quick passwords."""

import os
import tempfile

os.environ.setdefault("HINDSIGHT_DATA_DIR", tempfile.mkdtemp(prefix="hindsight-tests-"))
os.environ.setdefault("HINDSIGHT_SECRET_KEY", "a-key-for-tests-only-that-is-long-enough-to-pass")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from hindsight.settings import *  # noqa: E402, F403 - the environment has to be set before they are read

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
