"""Writing the audit log."""

from datetime import datetime
from typing import Any

from accounts.models import AuditEntry, User


def record(*, by: User | None, action: str, target: str, now: datetime, **detail: Any) -> AuditEntry:
    """Append one entry; call it inside the transaction of the act. `detail` must hold no secret."""
    return AuditEntry.objects.create(
        actor=by,
        actor_name=by.username if by else "system",
        action=action,
        target=target[:200],
        at=now,
        detail=detail,
    )
