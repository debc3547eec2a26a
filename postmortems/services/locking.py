"""Holding a postmortem while it is changed, and noting that it was."""

from datetime import datetime

from hindsight.lib.problems import StaleError
from postmortems.models import Postmortem
from search import outbox


def locked(postmortem: Postmortem, version: int | None = None) -> Postmortem:
    """The row as it is now, kept from others until the transaction ends. StaleError when `version` is an older one."""
    rows = Postmortem.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("incident", "template").get(pk=postmortem.pk)
    if version is not None and version != row.version:
        raise StaleError(row)
    return row


def touch(row: Postmortem, *, now: datetime, fields: tuple[str, ...] = ()) -> None:
    """Save `fields` of a locked row with a new version, and tell search. What is out is amended by it."""
    row.version += 1
    row.updated_at = now
    if row.is_published and "status" not in fields:
        row.amended_at = now
    row.save(update_fields=list({"version", "updated_at", "amended_at", *fields}))
    outbox.enqueue("incident", row.incident_id)
