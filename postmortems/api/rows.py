"""The postmortem of an address of the API, and how people are named in it."""

from django.http import Http404, HttpRequest

from accounts.api import caller
from accounts.models import User
from incidents.access import NOT_FOUND, get_incident
from incidents.api.incidents import number_of
from postmortems.access import get_postmortem, get_writable_postmortem
from postmortems.models import Postmortem


def readable_row(by: User, number: str) -> Postmortem:
    """The postmortem of an incident that this person may see. Raises Http404."""
    row = get_postmortem(by, get_incident(by, number_of(number)).number)
    if row is None:
        raise Http404(NOT_FOUND)
    return row


def writable_row(request: HttpRequest, number: str) -> tuple[User, Postmortem]:
    """Who calls, and the postmortem that this person may change. Raises Http404 and PermissionDenied."""
    by = caller(request)
    return by, get_writable_postmortem(by, number_of(number))


def name_of(person: User | None) -> str | None:
    """A user name, or None where nobody is known."""
    return person.username if person else None
