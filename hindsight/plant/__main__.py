"""`python -m hindsight.plant`, which bin/serve becomes: settles the address, then runs the `serve` command."""

import os
import sys
from dataclasses import asdict
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from hindsight.plant.options import parse

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    """Run until told to end. What can't start says why in one line and ends with 1."""
    options = parse(sys.argv[1:])
    environ.Env.read_env(os.environ.get("HINDSIGHT_ENV_FILE") or ROOT / ".env", overwrite=False)
    if not (os.environ.get("HINDSIGHT_BASE_URL") or os.environ.get("HINDSIGHT_BASE_URL_FILE")):
        os.environ["HINDSIGHT_BASE_URL"] = options.address
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    try:
        django.setup()
        call_command("serve", **asdict(options))
    except ImproperlyConfigured as problem:
        sys.exit(f"A setting is wrong: {problem}")
    except CommandError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
