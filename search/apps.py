"""Finding: the outbox, the engines and the results. Knows no other app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding: the outbox, the engines and the results. Knows no other app."""

    name = "search"
    default_auto_field = "django.db.models.BigAutoField"
