"""Setting what a severity asks of a postmortem."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import StaleError
from postmortems.models import WritingPolicy


class PolicyFields(TypedDict):
    """The whole policy; see `WritingPolicy`."""

    due_days: dict[str, int | None]
    review_for: list[str]
    extra_parts: dict[str, list[str]]
    days_off: NotRequired[str]


def set_policy(*, by: User, now: datetime, version: int, fields: PolicyFields) -> WritingPolicy:
    """Keep the policy; published postmortems stay as they are, drafts need the new parts at once.

    Days off that are not given stay. Raises StaleError.
    """
    with transaction.atomic():
        WritingPolicy.objects.get_or_create(pk=WritingPolicy.SINGLE_ID)
        row = WritingPolicy.objects.select_for_update().get(pk=WritingPolicy.SINGLE_ID)
        if row.version != version:
            raise StaleError(row)
        row.due_days, row.review_for, row.extra_parts = fields["due_days"], fields["review_for"], fields["extra_parts"]
        row.days_off = fields.get("days_off", row.days_off)
        row.version += 1
        row.save()
        detail: dict[str, Any] = dict(fields)
        audit.record(by=by, action="postmortem.policy", target="postmortems", now=now, **detail)
    return row
