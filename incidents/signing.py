"""Signatures of snippets and files that older rules made: made anew a few at a time, so that no rebuild has to."""

from time import monotonic
from typing import Final

from django.db import transaction

from incidents.models import Attachment, Snippet
from search import outbox

# A log of 1 MB takes a good part of a second, and other jobs wait meanwhile.
LIMIT_S: Final = 5.0
AT_ONCE: Final = 500


def renew_signatures(*, limit_s: float = LIMIT_S) -> int:
    """Make outdated signatures anew, the newest first, for about `limit_s` seconds; how many it were."""
    begin = monotonic()
    renewed = 0
    for model in (Snippet, Attachment):
        rows = model.outdated().only("incident_id", "signature", model.SIGNED_FIELD).order_by("-created_at", "-pk")
        for row in rows[:AT_ONCE].iterator(chunk_size=20):
            if renewed and monotonic() - begin > limit_s:
                return renewed
            _renew(row)
            renewed += 1
    return renewed


def _renew(row: Snippet | Attachment) -> None:
    """Write the signature alone: it says which text it is of, so one that was changed meanwhile is seen through."""
    before, fresh = row.signature.get("tokens"), row.signature_of()
    with transaction.atomic():
        type(row)._default_manager.filter(pk=str(row.pk)).update(signature=fresh)
        if before != fresh["tokens"]:
            outbox.enqueue("incident", row.incident_id)
