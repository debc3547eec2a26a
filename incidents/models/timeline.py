"""What happened, line by line."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hindsight.lib.rendered import RenderedModel

from .choices import EntryKind, EntrySource
from .incident import Incident

ENTRY_LIMIT = 50_000


class TimelineEntry(RenderedModel):
    """One line of the timeline: `at` is when it happened, `noted_at` when it was written down.

    `data` holds what a system line needs: {"from", "to", "reason"} of a status, severity or role change.
    """

    MARKDOWN_FIELDS = ("body",)

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=12, choices=EntryKind.choices, default=EntryKind.NOTE)
    body = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    noted_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=6, choices=EntrySource.choices, default=EntrySource.WEB)
    step = models.ForeignKey("DiagnosisStep", on_delete=models.CASCADE, null=True, related_name="entries")
    data = models.JSONField(default=dict)
    is_key = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "timeline entries"
        indexes = [models.Index(fields=["incident", "at", "id"], name="entry_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(condition=Q(source__in=EntrySource.values), name="entry_source_known"),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.DIAGNOSIS) | Q(step__isnull=False), name="entry_diagnosis_has_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"entry-{self.pk}"
