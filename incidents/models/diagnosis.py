"""How the cause was looked for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hindsight.lib.rendered import RenderedModel

from .choices import LogVerdict
from .incident import Incident
from .lifecycle import Outcome

HYPOTHESIS_LIMIT = 500
STEP_TEXT_LIMIT = 20_000


class DiagnosisStep(RenderedModel):
    """A hypothesis, what was done to test it, what was found, and what became of it. Steps form a tree."""

    MARKDOWN_FIELDS = ("action", "finding")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    hypothesis = models.CharField(max_length=HYPOTHESIS_LIMIT)
    action = models.TextField(blank=True, default="")
    finding = models.TextField(blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    at = models.DateTimeField()
    noted_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["incident", "at", "id"], name="step_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="step_outcome_known"),
            models.CheckConstraint(condition=~Q(hypothesis=""), name="step_has_hypothesis"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="step_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.hypothesis

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"step-{self.pk}"


class LogNote(models.Model):
    """A log line or dashboard met during diagnosis, and what it did: misled, was noise, was missing, or decided."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="log_notes")
    step = models.ForeignKey(DiagnosisStep, on_delete=models.SET_NULL, null=True, blank=True, related_name="log_notes")
    verdict = models.CharField(max_length=10, choices=LogVerdict.choices)
    line = models.TextField()
    emitted_by = models.CharField(max_length=300, blank=True, default="")
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=LogVerdict.values), name="log_note_verdict_known"),
            models.CheckConstraint(condition=~Q(line=""), name="log_note_has_line"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.line[:60]}"

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"log-note-{self.pk}"
