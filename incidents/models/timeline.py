"""What happened, line by line, and how each line read before it was corrected."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from hindsight.lib.rendered import RenderedModel

from .choices import EntryKind, EntrySource
from .incident import Incident

ENTRY_LIMIT = 50_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
    # The server's own clock at the last save, by which open pages ask for what is new to them. Never shown.
    changed_at = models.DateTimeField(auto_now=True, db_default=LONG_AGO)

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "timeline entries"
        indexes = [
            models.Index(fields=["incident", "at", "id"], name="entry_in_order"),
            models.Index(fields=["incident", "kind", "at", "id"], name="entry_of_kind"),
            models.Index(fields=["incident", "changed_at"], name="entry_changed"),
        ]
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


class EntryRevision(models.Model):
    """An entry as it was in a version that `by` replaced; `at_before` is when it had happened until then."""

    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    body = models.TextField(blank=True)
    at_before = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    replaced_at = models.DateTimeField()

    class Meta:
        ordering = ["entry", "version"]
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="entry_revision_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} version {self.version}"
