"""How a name and a password become a person."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.models import User
from hindsight.lib.kept import Kept

_BY_ID = Kept(lambda pk: User.objects.filter(pk=pk))


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Allauth's backend, with one look-up and exactly one password hashed per try.

    Allauth's own tries user name and address in turn, so that a known address takes twice the time of an unknown one.
    """

    def get_user(self, user_id: int) -> User | None:
        """Who has a session, as long as they are active; asked at each request."""
        person = _BY_ID.first(int(user_id))
        return person if person is not None and self.user_can_authenticate(person) else None

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        name = str(credentials.get("username") or credentials.get("email") or "").strip()
        person = User.objects.filter(username__iexact=User.normalize_username(name)).first() or _by_email(name)
        found: AbstractBaseUser | None = self._check_password(person, str(credentials.get("password") or ""))
        return found


def _by_email(address: str) -> User | None:
    return User.objects.filter(email__iexact=address).first() if address else None
