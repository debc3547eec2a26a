"""The first minutes of an installation: the one-time link, the first administrator, the name."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.models import Installation, Role, User


class SetupClosedError(Exception):
    """There is an account already, or the link is not the last one that was made."""

    def __init__(self) -> None:
        super().__init__("This set-up link was used or replaced by a newer one.")


def is_needed() -> bool:
    """Whether nobody can sign in yet. Authors of imported records are no accounts: they are inactive."""
    return not User.objects.filter(is_active=True).exists()


@sensitive_variables("secret")
def renew_link(*, now: datetime) -> str:
    """Make a new secret for the set-up link and return it; the one before stops working.

    Only its SHA-256 is kept. Raises SetupClosedError once there is an account.
    """
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Installation.locked()
        if not is_needed():
            raise SetupClosedError
        row.setup_digest = _digest(secret)
        row.save(update_fields=["setup_digest"])
        audit.record(by=None, action="setup.link", target=row.name, now=now)
    return secret


@sensitive_variables("secret")
def is_open(*, secret: str) -> bool:
    """Whether the link with `secret` still leads to the set-up page."""
    return _matches(Installation.current(), secret) and is_needed()


@sensitive_variables("secret", "password")
def complete(*, secret: str, name: str, username: str, email: str, password: str, now: datetime) -> User:
    """Make the first administrator and name the installation; works once.

    Of two at once the second waits for the first and then gets SetupClosedError. The caller has checked the password.
    """
    with transaction.atomic():
        row = Installation.locked()
        if not (_matches(row, secret) and is_needed()):
            raise SetupClosedError
        person = User.objects.create_user(username=username, email=email, password=password, role=Role.ADMIN)
        row.name = name
        row.save(update_fields=["name"])
        Installation.close_setup(now=now)
        audit.record(by=person, action="setup.complete", target=name, now=now)
    return person


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _matches(row: Installation, secret: str) -> bool:
    return bool(row.setup_digest) and constant_time_compare(row.setup_digest, _digest(secret))
