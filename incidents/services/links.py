"""Saying what one incident has to do with another, and taking it back."""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from hindsight.lib.problems import InvalidError
from incidents.models import MUTUAL_KINDS, Incident, IncidentLink, LinkKind, NumberSequence
from incidents.services.checks import Faults

# A chain of duplicates that is longer than this is a mistake somewhere.
CHAIN_LIMIT = 50


def link(*, source: Incident, target: Incident, kind: str, by: User, now: datetime) -> IncidentLink:
    """Say that `source` is a duplicate of, has the same cause as, or is related to `target`.

    The caller has made sure that `by` may see both. A link that is there already is returned as it is. InvalidError for
    a link to itself, a second original, or a circle of duplicates. It stands in the audit log and not in the timeline,
    which people read who may not know of the other incident.
    """
    faults = Faults()
    faults.choice("kind", kind, LinkKind.values, label="Kind")
    if source.pk == target.pk:
        faults.add("target", f"{source.label} can't be linked to itself.")
    faults.stop_if_any()
    if kind in MUTUAL_KINDS and source.number < target.number:
        source, target = target, source
    with transaction.atomic():
        _one_at_a_time()
        known = IncidentLink.objects.filter(source=source, target=target, kind=kind).first()
        if known:
            return known
        if kind == LinkKind.DUPLICATE:
            _check_duplicate(source, target)
        row = IncidentLink.objects.create(source=source, target=target, kind=kind, created_by=by, created_at=now)
        audit.record(by=by, action="incident.link", target=source.label, now=now, kind=kind, to=target.label)
    return row


def unlink(*, link: IncidentLink, by: User, now: datetime) -> None:
    """Take a link away; that it was there stays in the audit log. One that is gone already is no error."""
    with transaction.atomic():
        gone, _ = IncidentLink.objects.filter(pk=link.pk).delete()
        if gone:
            to = link.target.label
            audit.record(by=by, action="incident.unlink", target=link.source.label, now=now, kind=link.kind, to=to)


def _one_at_a_time() -> None:
    """Two who link at once could close a circle that neither sees; on SQLite the transaction does it alone."""
    NumberSequence.objects.select_for_update(no_key=True).filter(pk=NumberSequence.SINGLE_ID).first()


def _check_duplicate(source: Incident, target: Incident) -> None:
    """One original each, and no circle. The words name nothing that the person did not name."""
    if IncidentLink.objects.filter(source=source, kind=LinkKind.DUPLICATE).exists():
        raise InvalidError({"target": f"{source.label} is marked as a duplicate already; take that link away first."})
    walked = target.pk
    for _ in range(CHAIN_LIMIT):
        further = IncidentLink.objects.filter(source_id=walked, kind=LinkKind.DUPLICATE).first()
        if further is None:
            return
        walked = further.target_id
        if walked == source.pk:
            break
    raise InvalidError({"target": f"{source.label} can't be a duplicate of {target.label}: that closes a circle."})
