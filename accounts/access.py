"""Who may touch which account, team and token; hidden and unknown are the same 404."""

from typing import TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest

from accounts.models import ApiToken, Team, User

HIDDEN = "No such page, or not shared with you."

Row = TypeVar("Row")


def signed_in(request: HttpRequest) -> User:
    """The person who asks; 404 for nobody (the middleware sends those to the sign-in page before any view runs)."""
    if not isinstance(request.user, User):
        raise Http404(HIDDEN)
    return request.user


def require_admin(user: AbstractBaseUser | AnonymousUser) -> User:
    """The person, if they run the installation; for all others the page does not exist."""
    if not (isinstance(user, User) and user.is_admin):
        raise Http404(HIDDEN)
    return user


def get_token_or_404(user: User, token_id: int) -> ApiToken:
    """A token of the person themselves; an administrator may touch everyone's."""
    tokens = ApiToken.objects.select_related("user")
    return _found((tokens if user.is_admin else tokens.filter(user=user)).filter(pk=token_id).first())


def get_person_or_404(user: User, person_id: int) -> User:
    """Any account, for administrators."""
    require_admin(user)
    return _found(User.objects.filter(pk=person_id).first())


def get_team_or_404(user: User, team_id: int) -> Team:
    """Any team, for administrators."""
    require_admin(user)
    return _found(Team.objects.filter(pk=team_id).first())


def _found(row: Row | None) -> Row:
    if row is None:
        raise Http404(HIDDEN)
    return row
