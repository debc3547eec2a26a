"""Finding: the outbox, the engines and the results. Knows no other app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SearchConfig(AppConfig):
    """Finding: the outbox, the engines and the results. Knows no other app."""

    name = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load each app's `indexing` module, where it registers what it has to be searched."""
        autodiscover_modules("indexing")
