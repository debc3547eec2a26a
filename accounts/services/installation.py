"""What administrators set for the whole installation."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import Installation, User


def rename(*, by: User, name: str, now: datetime) -> Installation:
    """Give the installation another name, which every page shows."""
    with transaction.atomic():
        row = Installation.locked()
        old, row.name = row.name, name
        if old != name:
            row.save(update_fields=["name"])
            audit.record(by=by, action="installation.rename", target=name, now=now, old=old)
    return row
