"""The project's own app: wiring, and commands that span apps."""

from django.apps import AppConfig


class HindsightConfig(AppConfig):
    """The project's own app: wiring, and commands that span apps."""

    name = "hindsight"
    default_auto_field = "django.db.models.BigAutoField"
