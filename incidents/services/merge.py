"""Merging two incidents that are one, without losing a line."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction

from accounts import audit
from accounts.models import Membership, User
from hindsight.lib.problems import InvalidError
from incidents import merging
from incidents.models import LEAD, EntryKind, EntrySource, Incident, TimelineEntry
from incidents.services.catalogue import NAMES_LIMIT
from search import outbox


def merge(
    *, source: Incident, target: Incident, by: User, now: datetime, source_kind: str = EntrySource.WEB
) -> Incident:
    """Move everything of `source` into `target`, and return the target.

    The caller has made sure that `by` may see and change both. The number of `source` leads to the target from then
    on. The target keeps its own fields; services and tags come together. InvalidError says what stands against it, and
    then nothing has changed.
    """
    with transaction.atomic():
        # Both rows, whole and in one order: nobody adds a part to one of them, or merges one of them, meanwhile.
        locked = Incident.objects.select_for_update().filter(pk__in=(source.pk, target.pk)).order_by("pk")
        rows = {row.pk: row for row in locked}
        source, target = rows[source.pk], rows[target.pk]
        problem = objection(source, target)
        if problem:
            raise InvalidError({"target": problem})
        line = _line(source, target, by=by, now=now, source_kind=source_kind)
        _join_lists(source, target)
        _end_roles(source, target, now)
        merging.move_all(source, target)
        line.save(force_insert=True)
        source.merged_into = target
        _touch(source, now)
        _touch(target, now)
        audit.record(by=by, action="incident.merge", target=source.label, now=now, into=target.label)
        outbox.enqueue_many("incident", (source.pk, target.pk))
    return target


def gather_strays(*, now: datetime) -> int:
    """Move what reached a merged incident after all, from a page that was being sent meanwhile; how many had some."""
    found = 0
    for row in _with_strays():
        with transaction.atomic():
            source = Incident.objects.select_for_update().get(pk=row.pk)
            if source.merged_into is not None:
                merging.move_all(source, source.merged_into)
                _touch(source.merged_into, now)
                outbox.enqueue("incident", source.merged_into.pk)
                found += 1
    return found


def _with_strays() -> list[Incident]:
    """Merged incidents to which something points."""
    found: set[int] = set()
    merged = Incident.objects.filter(merged_into__isnull=False)
    for pointer in merging.pointers():
        if pointer.is_passing:
            continue
        rows = pointer.model._base_manager.filter(**{f"{pointer.column}__in": merged.values("pk")})
        found.update(rows.values_list(pointer.column, flat=True))
    return list(Incident.objects.filter(pk__in=found))


def objection(source: Incident, target: Incident) -> str:
    """Why `source` can't be merged into `target`, with what to do about it; "" when it can."""
    if source.pk == target.pk:
        return f"{source.label} can't be merged into itself."
    for row in (source, target):
        if row.merged_into_id:
            return f"{row.label} was merged into another incident already."
    if source.is_private and not target.is_private:
        return (
            f"{source.label} is private and {target.label} is not: everybody would read its lines. "
            f"Make {target.label} private first, or merge {target.label} into {source.label}."
        )
    newcomers = _names(audience(target) - audience(source)) if source.is_private else ""
    if newcomers:
        return (
            f"{target.label} is open to people who may not see {source.label}: {newcomers}. "
            f"Open {source.label} to them first, or take them off {target.label}."
        )
    return merging.problem_of(source, target) or _too_many_names(source, target)


def audience(incident: Incident) -> set[int]:
    """The ids of those whom a private incident is open to, administrators aside; see `Incident.visible_to`."""
    members = Membership.objects.filter(team__in=incident.teams.all()).values_list("user_id", flat=True)
    own = {incident.declared_by_id, incident.lead_id}
    named = {*incident.people.values_list("pk", flat=True), *members, *(pk for pk in own if pk)}
    return {user.pk for user in User.objects.filter(pk__in=named, is_active=True) if not user.is_admin}


def _names(ids: Iterable[int]) -> str:
    people = [user.shown_name for user in User.objects.filter(pk__in=ids).order_by("username")]
    return ", ".join(people[:5]) + (f" and {len(people) - 5} more" if len(people) > 5 else "")


def _too_many_names(source: Incident, target: Incident) -> str:
    for name in ("services", "tags"):
        both = {row.pk for incident in (source, target) for row in getattr(incident, name).all()}
        if len(both) > NAMES_LIMIT:
            return f"Together they have {len(both)} {name}; the limit is {NAMES_LIMIT}. Take some away first."
    return ""


def _line(source: Incident, target: Incident, *, by: User, now: datetime, source_kind: str) -> TimelineEntry:
    """What the timeline keeps of the fields that the merged one had."""
    since = f", started {source.started_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if source.started_at else ""
    words = f"{source.label} was merged into this incident: {source.title} ({source.severity}, {source.status}{since})."
    if source.summary:
        words += "\n\n" + "\n".join(f"> {line}" for line in source.summary.splitlines())
    data = {"from": source.label, "to": target.label}
    entry = TimelineEntry(
        incident=target,
        kind=EntryKind.MERGE,
        body=words,
        data=data,
        at=now,
        noted_at=now,
        author=by,
        source=source_kind,
    )
    entry.render_fields()
    return entry


def _join_lists(source: Incident, target: Incident) -> None:
    """Services and tags of both; who may see it stays the target's to say."""
    target.services.add(*source.services.all())
    target.tags.add(*source.tags.all())


def _end_roles(source: Incident, target: Incident, now: datetime) -> None:
    """The lead of the merged one leads no longer, and who has a role of the target keeps it."""
    taken = target.roles.filter(until=None).values_list("role", flat=True)
    source.roles.filter(until=None, role__in={*taken, LEAD}).update(until=now)


def _touch(incident: Incident, now: datetime) -> None:
    incident.version += 1
    incident.updated_at = now
    incident.save(update_fields=["version", "updated_at", "merged_into"])
