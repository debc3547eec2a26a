"""Brings the shipped templates and cause categories into a database whenever it was migrated."""

from typing import Any

from django.apps import AppConfig
from django.utils import timezone

from postmortems.models import TemplateVersion
from postmortems.services.categories import ensure_categories
from postmortems.services.shipping import ensure_templates


def after_migrate(sender: AppConfig, **kwargs: Any) -> None:
    """Add what is absent, unless the database was taken to a state that is older than this code."""
    if _is_current(kwargs.get("apps")):
        ensure_templates(now=timezone.now())
        ensure_categories()


def _is_current(state: Any) -> bool:
    """Whether the migrated tables have the columns that the models have."""
    if state is None:
        return True
    try:
        migrated = state.get_model("postmortems", "TemplateVersion")
        state.get_model("postmortems", "CauseCategory")
    except LookupError:
        return False
    return {field.name for field in migrated._meta.fields} == {field.name for field in TemplateVersion._meta.fields}
