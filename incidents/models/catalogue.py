"""Services and tags: what incidents happen to, and words to group them by."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

SERVICE_NAME_LIMIT = 120
TAG_NAME_LIMIT = 60


class Service(models.Model):
    """Something that runs in production and can break."""

    name = models.CharField(max_length=SERVICE_NAME_LIMIT)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True, default="")
    runbook_url = models.URLField(max_length=500, blank=True, default="")
    team = models.ForeignKey("accounts.Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="services")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Counts what people changed of it.
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="service_name_unique_ignoring_case"),
            models.CheckConstraint(condition=~models.Q(name=""), name="service_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("service_detail", args=[self.slug])


class Tag(models.Model):
    """A word that groups incidents; always lower case."""

    name = models.CharField(max_length=TAG_NAME_LIMIT, unique=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="tag_has_name")]

    def __str__(self) -> str:
        return self.name
