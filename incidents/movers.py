"""How the parts of an incident move into another where pointing them elsewhere is not enough."""

from django.db.models import F

from incidents import merging
from incidents.models import (
    LEAD,
    ChangeVerdict,
    HandoverNote,
    Incident,
    IncidentLink,
    LinkKind,
    Presence,
    Pulse,
    RoleHolding,
)


def move_roles(source: Incident, target: Incident) -> None:
    """Who has a role there keeps it; `merge` has ended those of the merged one before."""
    taken = set(target.roles.filter(until=None).values_list("role", flat=True))
    source.roles.filter(until=None, role__in={*taken, LEAD}).update(until=F("since"))
    source.roles.update(incident=target)


def move_verdicts(source: Incident, target: Incident) -> None:
    """Where both judged one change, the target's verdict stands; the other one keeps its line in the timeline."""
    judged = set(target.change_verdicts.values_list("change_id", flat=True))
    source.change_verdicts.filter(change_id__in=judged).delete()
    source.change_verdicts.update(incident=target)


def move_links(source: Incident, target: Incident) -> None:
    """Links that would lead from the target to itself, that it has already, or that close a circle fall away."""
    _unlink_both(source, target)
    for row in IncidentLink.objects.filter(source=source):
        _keep_link(row, start=target.pk, end=row.target_id)
    for row in IncidentLink.objects.filter(target=source):
        _keep_link(row, start=row.source_id, end=target.pk)


def _unlink_both(source: Incident, target: Incident) -> None:
    IncidentLink.objects.filter(source=source, target=target).delete()
    IncidentLink.objects.filter(source=target, target=source).delete()


def _keep_link(row: IncidentLink, *, start: int, end: int) -> None:
    is_duplicate = row.kind == LinkKind.DUPLICATE
    if not is_duplicate and start < end:
        # Mutual ones are stored from the later to the earlier.
        start, end = end, start
    others = IncidentLink.objects.filter(kind=row.kind).exclude(pk=row.pk)
    is_there = others.filter(source_id=start, target_id=end).exists()
    is_second = is_duplicate and others.filter(source_id=start).exists()
    if is_there or is_second or (is_duplicate and _leads_to(end, start, but=row)):
        row.delete()
        return
    IncidentLink.objects.filter(pk=row.pk).update(source_id=start, target_id=end)


def _leads_to(start: int, end: int, *, but: IncidentLink) -> bool:
    """Whether `end` is what `start` is a duplicate of, directly or not."""
    walked: set[int] = set()
    at: int | None = start
    while at is not None and at not in walked:
        if at == end:
            return True
        walked.add(at)
        chain = IncidentLink.objects.filter(source_id=at, kind=LinkKind.DUPLICATE).exclude(pk=but.pk)
        at = chain.values_list("target_id", flat=True).first()
    return False


def move_handover(source: Incident, target: Incident) -> None:
    """Both notes below each other."""
    note = HandoverNote.objects.filter(incident=source).first()
    kept = HandoverNote.objects.filter(incident=target).first()
    if note is None:
        return
    if kept is None:
        HandoverNote.objects.filter(pk=note.pk).update(incident=target)
        return
    kept.body = "\n\n".join(filter(None, [kept.body, note.body]))
    kept.version += 1
    kept.render_fields()
    kept.save()
    note.delete()


def register() -> None:
    """Tell `merging` of them."""
    merging.register_mover(RoleHolding, move_roles)
    merging.register_mover(ChangeVerdict, move_verdicts)
    merging.register_mover(IncidentLink, move_links)
    merging.register_mover(HandoverNote, move_handover)
    merging.register_passing(Pulse)
    merging.register_passing(Presence)
