"""Who does what: the lead, the other roles, and who took the incident."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from incidents.models import LEAD, ROLE_NAME_LIMIT, EntryKind, EntrySource, Incident, RoleHolding, TimelineEntry
from incidents.services.checks import Faults
from incidents.services.holders import pass_on
from incidents.services.update import update
from search import outbox


def acknowledge(*, incident: Incident, by: User, now: datetime, source: str = EntrySource.WEB) -> tuple[Incident, bool]:
    """Say that `by` has seen it and takes care; and whether that is new. Only the first one counts."""
    with transaction.atomic():
        current = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        if current.acknowledged_at is not None:
            return current, False
        current.acknowledged_at = max(now, current.started_at) if current.started_at else now
        current.acknowledged_by = by
        current.version += 1
        current.updated_at = now
        current.save(update_fields=["acknowledged_at", "acknowledged_by", "version", "updated_at"])
        _line(current, "acknowledged", "", by.shown_name, by=by, now=now, source=source)
    return current, True


def take_lead(*, incident: Incident, by: User, now: datetime, source: str = EntrySource.WEB) -> Incident:
    """Become the lead; who leads has taken the incident, so this acknowledges it as well."""
    with transaction.atomic():
        acknowledge(incident=incident, by=by, now=now, source=source)
        return update(incident=incident, by=by, now=now, version=None, fields={"lead": by}, source=source)


def assign_role(
    *,
    incident: Incident,
    role: str,
    person: User | None,
    by: User,
    now: datetime,
    source: str = EntrySource.WEB,
) -> RoleHolding | None:
    """Give a role to a person, or to nobody; whoever had it holds it no more. Raises InvalidError.

    `lead` is the incident's lead. Another role opens no private incident: its holder must be able to see it already.
    """
    name = _checked_role(incident, role, person)
    if name == LEAD:
        changed = update(incident=incident, by=by, now=now, version=None, fields={"lead": person}, source=source)
        return changed.roles.filter(role=LEAD, until=None).first()
    with transaction.atomic():
        Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        before = incident.roles.filter(role=name, until=None).select_related("person").first()
        if (before.person_id if before else None) == (person.pk if person else None):
            return before
        held = pass_on(incident, role=name, person=person, now=now)
        was, to = before.person.shown_name if before else "", person.shown_name if person else ""
        _line(incident, name, was, to, by=by, now=now, source=source)
    return held


def _checked_role(incident: Incident, role: str, person: User | None) -> str:
    faults = Faults()
    name = faults.line("role", role, label="Role", limit=ROLE_NAME_LIMIT, required=True).lower()
    if person is not None and not person.is_active:
        faults.add("person", f"{person.shown_name}'s account is switched off.")
    elif (
        person is not None and name != LEAD and not Incident.objects.visible_to(person).filter(pk=incident.pk).exists()
    ):
        faults.add("person", f"{person.shown_name} can't see {incident.label}; open it to them first.")
    faults.stop_if_any()
    return name


def _line(incident: Incident, role: str, before: str, after: str, *, by: User, now: datetime, source: str) -> None:
    data = {"role": role, "from": before, "to": after}
    TimelineEntry.objects.create(
        incident=incident, kind=EntryKind.ROLE, data=data, at=now, noted_at=now, author=by, source=source
    )
    outbox.enqueue("incident", incident.pk)
