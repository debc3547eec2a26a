"""What every page may show of the installation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Installation


def installation(request: HttpRequest) -> dict[str, Any]:
    """`installation`: read from the database only when a template uses it."""
    return {"installation": SimpleLazyObject(Installation.current)}
