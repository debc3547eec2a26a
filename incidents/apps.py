"""The record: incidents, how they were diagnosed, and what fixed them."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """The record: incidents, how they were diagnosed, and what fixed them."""

    name = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
