"""The record: incidents, how they were diagnosed, and what fixed them."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class IncidentsConfig(AppConfig):
    """The record: incidents, how they were diagnosed, and what fixed them."""

    name = "incidents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill places on its own pages; models can't be imported before."""
        import_string("incidents.lookalikes.register")()
        import_string("incidents.movers.register")()
        import_string("incidents.redacting_rules.register")()
        import_string("incidents.services.pulse.register")()
