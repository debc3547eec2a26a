"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.services import profile
from accounts.views.limits import too_many_tries

WRONG_PAIR = "User name and password don't match. Check both; capital letters count in the password."


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by an administrator or the set-up page; nobody signs up alone."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One text for a wrong name, a wrong address and a wrong password.
        "username_password_mismatch": WRONG_PAIR,
        "email_password_mismatch": WRONG_PAIR,
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    @sensitive_variables("credentials")
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try; too many answer 429, whoever's name was tried."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(too_many_tries(request)) from None

    @sensitive_variables("password")
    def set_password(self, user: User, password: str) -> None:
        """Through the service: other sessions end, the audit log knows, the person is told by mail."""
        profile.set_password(person=user, password=password, now=timezone.now())

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the services send what is to be sent, outside of the request."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: a page that follows says what happened where it matters."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The board."""
        return "/"

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: pages answer with pages, scripts use the API."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site: a full address, even to an allowed host, is refused."""
        return bool(url) and str(url).startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
