"""Run a write once, however often its request arrives."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import OnceKey, User
from hindsight.lib.kept import Kept

_KNOWN = Kept(lambda user, key: OnceKey.objects.filter(user=user, key=key)[:1])


class KeyUsedElsewhereError(Exception):
    """The key was sent before with another request. The message is for the sender."""


def once(*, by: User, key: str, request: str, now: datetime, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `act` answered the first time that `by` sent `key`; `act` runs at most once.

    `request` tells what is asked; the same key with another one raises KeyUsedElsewhereError. `act` runs in a
    transaction, also without a key, when it just runs. The answer is kept in that transaction: either both are there or
    neither. What takes time (files, colours) is done before, since others can't write meanwhile on SQLite. Safe when
    two requests with one key arrive together: the second waits for the first and gets its answer.
    """
    if not key:
        with transaction.atomic():
            return act()
    known = _KNOWN.first(by.pk, key)
    if known is None:
        try:
            with transaction.atomic():
                claim = OnceKey.objects.create(user=by, key=key, request=request, created_at=now)
                claim.answer = act()
                claim.save(update_fields=["answer"])
                return dict(claim.answer)
        except IntegrityError:
            # Someone else's claim, or an error of `act` itself: only the first leaves a row behind.
            known = OnceKey.objects.filter(user=by, key=key).first()
            if known is None:
                raise
    if known.request != request:
        raise KeyUsedElsewhereError("This idempotency key was used for another request. Send a new one.")
    answer: dict[str, Any] = known.answer
    return answer
