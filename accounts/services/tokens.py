"""API tokens: making, knowing and revoking them."""

import hashlib
import re
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.models import ApiToken, Scope, User

MARK = "hst_"
PREFIX_LENGTH = 12
# How exact "last used" is; a write at every request would make each read a write.
USE_NOTED_EVERY = timedelta(minutes=1)

_FORM = re.compile(r"hst_[A-Za-z0-9_-]{43}")


class ScopeTooWideError(Exception):
    """The owner's role does not allow what the scope would."""

    def __init__(self, owner: User, scope: Scope) -> None:
        words = ", ".join(allowed_scopes(owner)) or "none"
        super().__init__(f"{owner.username} may not have a token with the scope {scope}; allowed: {words}.")


class AlreadyExpiredError(Exception):
    """The end lies in the past."""

    def __init__(self) -> None:
        super().__init__("The end lies in the past.")


def allowed_scopes(owner: User) -> list[Scope]:
    """The scopes that a token of this person may have, the narrowest first."""
    if owner.is_admin:
        return [Scope.READ, Scope.WRITE, Scope.HOOK, Scope.ADMIN]
    if owner.can_write:
        return [Scope.READ, Scope.WRITE, Scope.HOOK]
    return [Scope.READ] if owner.is_active else []


@sensitive_variables("secret")
def create_token(
    *, by: User | None, owner: User, name: str, scope: Scope, expires_at: datetime | None, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token; return it with its secret, which is kept nowhere. Raises ScopeTooWideError, AlreadyExpiredError."""
    if scope not in allowed_scopes(owner):
        raise ScopeTooWideError(owner, scope)
    if expires_at is not None and expires_at <= now:
        raise AlreadyExpiredError
    secret = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=owner,
            name=name,
            scope=scope,
            digest=_digest(secret),
            prefix=secret[:PREFIX_LENGTH],
            created_at=now,
            expires_at=expires_at,
        )
        audit.record(
            by=by, action="token.create", target=owner.username, now=now, token=token.pk, name=name, scope=str(scope)
        )
    return token, secret


@sensitive_variables("secret")
def authenticate(secret: str, *, now: datetime) -> ApiToken | None:
    """The valid token with this secret, its owner loaded; None for anything else, whatever the reason.

    What the token may do: `token.allows(scope)` and, besides, the rights of `token.user`.
    """
    if not _FORM.fullmatch(secret):
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    if token is None or not token.is_valid(now) or not token.user.is_active:
        return None
    if token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY:
        _note_use(token, now)
    return token


def revoke(*, by: User, token: ApiToken, now: datetime) -> None:
    """Close a token for ever; the next request with it is refused."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            audit.record(
                by=by, action="token.revoke", target=token.user.username, now=now, token=token.pk, name=token.name
            )
    token.refresh_from_db(fields=["revoked_at"])


def _note_use(token: ApiToken, now: datetime) -> None:
    """Note the use; a full disk or a busy database must not refuse a reader for it."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    with suppress(DatabaseError), transaction.atomic():
        if ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now):
            token.last_used_at = now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
