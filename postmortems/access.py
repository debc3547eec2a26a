"""Who may read and write postmortems and action items: whoever may their incident. Hidden and unknown: 404."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.models import User
from hindsight.lib.kept import Kept
from incidents.access import NOT_FOUND, get_incident, get_writable_incident, require_writer
from incidents.models import Incident
from postmortems.models import ActionItem, Evidence, Postmortem

# What every page needs beside the row: its incident, and the questions that it answers.
WITH = ("incident", "template__template")
_OF = Kept(lambda incident: Postmortem.objects.filter(incident=incident).select_related(*WITH)[:1])


def get_postmortem(user: User | AnonymousUser, number: int) -> Postmortem | None:
    """The postmortem of the incident with that number, None before it is begun; Http404 when it is hidden."""
    return _OF.first(get_incident(user, number).pk)


def get_writable_postmortem(user: User | AnonymousUser, number: int) -> Postmortem:
    """The same for one who wants to change it; Http404 also before it is begun, PermissionDenied for readers."""
    incident = get_writable_incident(user, number)
    postmortem = _OF.first(incident.pk)
    if postmortem is None:
        raise Http404(NOT_FOUND)
    return postmortem


def get_evidence(postmortem: Postmortem, pk: int) -> Evidence:
    """A proof of this postmortem; one of another is as unknown as none."""
    proof = postmortem.evidence.filter(pk=pk).first()
    if proof is None:
        raise Http404(NOT_FOUND)
    return proof


def get_writable_action(user: User | AnonymousUser, pk: int) -> ActionItem:
    """An action item of an incident that `user` may see and change."""
    action = ActionItem.objects.visible_to(user).filter(pk=pk).select_related("incident", "owner").first()
    if action is None:
        raise Http404(NOT_FOUND)
    require_writer(user)
    return action


def get_action_of(incident: Incident, pk: int) -> ActionItem:
    """An action item of this incident."""
    action = ActionItem.objects.filter(incident=incident, pk=pk).first()
    if action is None:
        raise Http404(NOT_FOUND)
    return action
