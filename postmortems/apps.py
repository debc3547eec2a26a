"""What was learned: postmortems, their proof, and what is to be done."""

from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    """What was learned: postmortems, their proof, and what is to be done."""

    name = "postmortems"
    default_auto_field = "django.db.models.BigAutoField"
