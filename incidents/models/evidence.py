"""What a step of the diagnosis rests on, and what the next engineer should look at first."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .diagnosis import DiagnosisStep
from .incident import Incident

EVIDENCE_TEXT_LIMIT = 2_000
EVIDENCE_LABEL_LIMIT = 300
FIRST_CHECK_LIMIT = 500
URL_LIMIT = 2_000


class EvidenceKind(models.TextChoices):
    """What a piece of evidence is; the last two lie elsewhere."""

    SNIPPET = "snippet", "Code or log"
    ATTACHMENT = "attachment", "Screenshot or file"
    ENTRY = "entry", "Timeline entry"
    LINK = "link", "Link"
    METRIC = "metric", "Metric or dashboard"


class StepEvidence(models.Model):
    """Raw evidence of a step: where it is, from when to when it counts, what it means, and who found it.

    `label` names the source in words, so that a trace stays when the source is deleted.
    """

    step = models.ForeignKey(DiagnosisStep, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    snippet = models.ForeignKey("Snippet", on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence")
    attachment = models.ForeignKey(
        "Attachment", on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    entry = models.ForeignKey(
        "TimelineEntry", on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    url = models.CharField(max_length=URL_LIMIT, blank=True, default="")
    # Lines of the snippet, counted from 1, both included.
    first_line = models.PositiveIntegerField(null=True, blank=True)
    last_line = models.PositiveIntegerField(null=True, blank=True)
    label = models.CharField(max_length=EVIDENCE_LABEL_LIMIT)
    # The stretch of time that it shows.
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    meaning = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "step evidence"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="snippet", attachment=None, entry=None, url="")
                | Q(kind="attachment", snippet=None, entry=None, url="")
                | Q(kind="entry", snippet=None, attachment=None, url="")
                | (Q(kind__in=["link", "metric"], snippet=None, attachment=None, entry=None) & ~Q(url="")),
                name="evidence_is_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(first_line=None, last_line=None)
                | Q(
                    kind="snippet",
                    first_line__isnull=False,
                    last_line__isnull=False,
                    first_line__gte=1,
                    last_line__gte=F("first_line"),
                ),
                name="evidence_lines_in_order",
            ),
            models.CheckConstraint(
                condition=Q(from_at=None) | Q(until_at=None) | Q(until_at__gte=F("from_at")),
                name="evidence_times_in_order",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="evidence_has_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"evidence-{self.pk}"


class FirstCheck(models.Model):
    """What to look at first the next time: a line of its own, or a step that is worth repeating."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="first_checks")
    step = models.ForeignKey(
        DiagnosisStep, on_delete=models.CASCADE, null=True, blank=True, related_name="first_checks"
    )
    text = models.CharField(max_length=FIRST_CHECK_LIMIT, blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | Q(step__isnull=False), name="first_check_says_something"),
            models.UniqueConstraint(
                fields=["incident", "step"], condition=Q(step__isnull=False), name="first_check_once_a_step"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Its text; a step without one stands for its hypothesis."""
        return self.text or (self.step.hypothesis if self.step else "")
