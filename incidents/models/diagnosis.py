"""How the cause was looked for."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from hindsight.lib.rendered import RenderedModel

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
    # Its place among the steps under the same parent; 0 for all of them means in the order of time.
    position = models.PositiveIntegerField(default=0, db_default=0)
    # When and by whom its outcome was found; empty while it is open.
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

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

    @property
    def open_for(self) -> timedelta | None:
        """How long it took from suspecting to knowing; None while it is open or when that is not known."""
        return self.decided_at - self.at if self.decided_at and self.decided_at > self.at else None
