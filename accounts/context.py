"""What every page may show of the installation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Installation
from hindsight.lib.mail import is_set_up


def installation(request: HttpRequest) -> dict[str, Any]:
    """`installation`: read from the database only when a template uses it; `has_mail`: whether mails go anywhere."""
    return {"installation": SimpleLazyObject(Installation.current), "has_mail": is_set_up()}
