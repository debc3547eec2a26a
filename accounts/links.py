"""Links that let a person choose a password."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import int_to_base36

from accounts.models import User


class PasswordLinkKeys(PasswordResetTokenGenerator):
    """Keys that die with a sign-in, a new password, address or role, and when the account is shut."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}:{user.session_epoch}:{user.is_active}"


def password_link(person: User) -> str:
    """The absolute address of the page that sets the person's password, once.

    It holds for PASSWORD_RESET_TIMEOUT and is built from BASE_URL, never from a request's Host header.
    """
    key = PasswordLinkKeys().make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": int_to_base36(person.pk), "key": key})
    return f"{settings.BASE_URL}{path}"
