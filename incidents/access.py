"""Who may see and change what. Hidden and unknown answer alike: 404. Visible but not theirs to change: 403."""

import uuid
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.http import Http404

from accounts.models import Role, User
from hindsight.lib.kept import Kept
from incidents.models import (
    Attachment,
    Change,
    DiagnosisStep,
    EntryRevision,
    FirstCheck,
    Incident,
    IncidentLink,
    LogNote,
    Snippet,
    StepEvidence,
    TimelineEntry,
)

NOT_FOUND = "No such page, or not shared with you."
# What the column takes; PostgreSQL would refuse to look for more.
NUMBER_LIMIT = 2**31 - 1
READ_ONLY = "You can read this but not change it. Ask an administrator for the responder role."

# The rule of who sees what, as its SQL is for administrators and for all others; asked anew each time.
_FOR_ADMINS = Kept(lambda number: _numbered(User(role=Role.ADMIN), number))
_FOR_OTHERS = Kept(lambda number, user: _numbered(User(pk=user, role=Role.VIEWER), number))

Part = TypeVar("Part", TimelineEntry, DiagnosisStep, Snippet, LogNote, FirstCheck)


def get_incident(user: User | AnonymousUser, number: int) -> Incident:
    """The incident with that number, if `user` may see it; Http404 otherwise.

    The number of one that was merged gives the incident that holds its lines now, so that nothing sent there is lost.
    """
    incident = _with_number(user, number)
    if incident is None:
        incident = Incident.objects.visible_to(user).select_related("pulse").filter(merged__number=number).first()
    if incident is None:
        raise Http404(NOT_FOUND)
    return incident


def _with_number(user: User | AnonymousUser, number: int) -> Incident | None:
    if not isinstance(user, User) or not user.is_active or number > NUMBER_LIMIT:
        return None
    return _FOR_ADMINS.first(number) if user.is_admin else _FOR_OTHERS.first(number, user.pk)


def _numbered(user: User, number: int) -> models.QuerySet[Incident]:
    return Incident.objects.visible_to(user).select_related("pulse").filter(number=number)


def get_writable_incident(user: User | AnonymousUser, number: int) -> Incident:
    """The incident with that number, if `user` may change it; Http404 or PermissionDenied otherwise."""
    incident = get_incident(user, number)
    require_writer(user)
    return incident


def require_writer(user: User | AnonymousUser) -> None:
    """PermissionDenied unless `user` may log and change incidents at all."""
    if not isinstance(user, User) or not user.can_write:
        raise PermissionDenied(READ_ONLY)


def _part(model: type[Part], incident: Incident, pk: int) -> Part:
    manager: models.Manager[Part] = model._default_manager
    part = manager.filter(incident=incident, pk=pk).first()
    if part is None:
        raise Http404(NOT_FOUND)
    return part


def get_entry(incident: Incident, pk: int) -> TimelineEntry:
    """A timeline entry of this incident; one of another is as unknown as none."""
    return _part(TimelineEntry, incident, pk)


def get_revision(entry: TimelineEntry, version: int) -> EntryRevision:
    """What a timeline entry said in a version that was replaced."""
    revision = entry.revisions.filter(version=version).first()
    if revision is None:
        raise Http404(NOT_FOUND)
    return revision


def get_step(incident: Incident, pk: int) -> DiagnosisStep:
    """A diagnosis step of this incident."""
    return _part(DiagnosisStep, incident, pk)


def get_snippet(incident: Incident, pk: int) -> Snippet:
    """A snippet of this incident."""
    return _part(Snippet, incident, pk)


def get_log_note(incident: Incident, pk: int) -> LogNote:
    """A log note of this incident."""
    return _part(LogNote, incident, pk)


def get_first_check(incident: Incident, pk: int) -> FirstCheck:
    """A line of what to check first of this incident."""
    return _part(FirstCheck, incident, pk)


def get_evidence(incident: Incident, pk: int) -> StepEvidence:
    """A piece of evidence of a step of this incident."""
    evidence = StepEvidence.objects.filter(step__incident=incident, pk=pk).select_related("step").first()
    if evidence is None:
        raise Http404(NOT_FOUND)
    return evidence


def get_attachment(user: User | AnonymousUser, pk: uuid.UUID) -> Attachment:
    """The attachment, if `user` may see the incident that it belongs to."""
    attachment = (
        Attachment.objects.filter(pk=pk, incident__in=Incident.objects.visible_to(user))
        .select_related("incident")
        .first()
    )
    if attachment is None:
        raise Http404(NOT_FOUND)
    return attachment


def get_attachment_of(incident: Incident, pk: uuid.UUID) -> Attachment:
    """An attachment of this incident; one of another is as unknown as none."""
    rows = Attachment.objects.filter(pk=pk, incident=incident)
    attachment = rows.select_related("incident", "drawn_from__incident").first()
    if attachment is None:
        raise Http404(NOT_FOUND)
    return attachment


def get_change(incident: Incident, pk: int) -> Change:
    """A change that this incident may judge."""
    change = Change.objects.for_incident(incident).filter(pk=pk).select_related("service").first()
    if change is None:
        raise Http404(NOT_FOUND)
    return change


def get_link(user: User | AnonymousUser, incident: Incident, pk: int) -> IncidentLink:
    """A link of this incident of which `user` may see both ends."""
    rows = IncidentLink.objects.visible_to(user).filter(Q(source=incident) | Q(target=incident), pk=pk)
    link = rows.select_related("source", "target").first()
    if link is None:
        raise Http404(NOT_FOUND)
    return link
