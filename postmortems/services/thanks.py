"""Saying that a postmortem helped, and taking it back."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from postmortems.models import Postmortem, Thanks


def may_thank(postmortem: Postmortem, user: User) -> bool:
    """Whoever can read it may, except who wrote it: their voice would say nothing."""
    return user.pk not in (postmortem.begun_by_id, postmortem.published_by_id)


@transaction.atomic
def thank(*, postmortem: Postmortem, by: User, now: datetime) -> None:
    """Note that it helped `by`; a second time changes nothing. PermissionDenied for its own writers."""
    if not may_thank(postmortem, by):
        raise PermissionDenied("You wrote this one.")
    Thanks.objects.get_or_create(postmortem=postmortem, user=by, defaults={"at": now})


@transaction.atomic
def take_back(*, postmortem: Postmortem, by: User) -> None:
    """Remove the voice of `by`, if there is one."""
    Thanks.objects.filter(postmortem=postmortem, user=by).delete()
