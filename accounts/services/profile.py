"""What people change about themselves: name, address, time zone, theme, password, sessions."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.models import User
from accounts.services.people import TakenError
from accounts.tasks import send_notice


def change(
    *,
    by: User,
    display_name: str,
    email: str,
    timezone: str,
    theme: str,
    now: datetime,
    wants_digest: bool | None = None,
) -> User:
    """Keep what the person said about themselves. Raises TakenError when somebody else has the address.

    A changed address is told to the old one: who holds the address can set the password.
    """
    wanted: dict[str, Any] = {"display_name": display_name, "email": email, "timezone": timezone, "theme": theme}
    if wants_digest is not None:
        wanted["wants_digest"] = wants_digest
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=by.pk)
        changed = [name for name, value in wanted.items() if getattr(row, name) != value]
        if "email" in changed:
            _refuse_taken(email, row)
            send_notice.enqueue(user_id=row.pk, notice="email_changed", to=row.email)
        for name in changed:
            setattr(row, name, wanted[name])
        _save(row, changed)
        if {"email", "display_name"} & set(changed):
            audit.record(by=by, action="profile.change", target=row.username, now=now, fields=changed)
    return row


@sensitive_variables("password")
def set_password(*, person: User, password: str, now: datetime) -> None:
    """Set a checked password; every session of the person ends, also the one that asks unless it renews its digest."""
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        _bump(person)
        audit.record(by=person, action="password.set", target=person.username, now=now)
        send_notice.enqueue(user_id=person.pk, notice="password_changed", to=person.email)


def end_other_sessions(*, by: User, now: datetime) -> None:
    """End every session of the person; the asking one lives on when its view renews the digest."""
    with transaction.atomic():
        _bump(by)
        audit.record(by=by, action="session.end_others", target=by.username, now=now)


def _bump(person: User) -> None:
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])


def _refuse_taken(email: str, row: User) -> None:
    if email and User.objects.exclude(pk=row.pk).filter(email__iexact=email).exists():
        raise TakenError("email")


def _save(row: User, changed: list[str]) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
    except IntegrityError:
        # Somebody took the address between the look and the write.
        raise TakenError("email") from None
