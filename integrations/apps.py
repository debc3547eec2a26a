"""Records in from elsewhere, and out again."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Records in from elsewhere, and out again."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
