"""What was learned: postmortems, their proof, and what is to be done."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class PostmortemsConfig(AppConfig):
    """What was learned: postmortems, their proof, and what is to be done."""

    name = "postmortems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the places that the pages of incidents leave for this app; models can't be imported before."""
        import_string("postmortems.merging.register")()
        import_string("postmortems.panels.register")()
        import_string("postmortems.redacting.register")()
        post_migrate.connect(import_string("postmortems.shipping.after_migrate"), sender=self)
