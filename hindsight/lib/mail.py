"""Mail before anybody has set it up."""

from collections.abc import Sequence

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = structlog.get_logger(__name__)


class NotSetUp(BaseEmailBackend):
    """Sends nothing, and logs to whom and about what it would have, since a text may hold a link into an account."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Log each; none is sent."""
        for message in email_messages:
            log.warning("mail is not set up", to=message.recipients(), subject=message.subject)
        return 0


def is_set_up() -> bool:
    """Whether mails go anywhere."""
    return f"{NotSetUp.__module__}.{NotSetUp.__qualname__}" != settings.EMAIL_BACKEND
