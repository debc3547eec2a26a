"""The ledger of log lines: what a line did for a diagnosis, and the form in which it is known again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from .choices import LogVerdict
from .diagnosis import DiagnosisStep
from .incident import Incident


class LogNote(models.Model):
    """A log line or dashboard met during diagnosis, and what it did: misled, was noise, was missing, or decided.

    It may stand in a snippet (with its lines), a file or an entry; when that is gone, the line itself is still here.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="log_notes")
    step = models.ForeignKey(DiagnosisStep, on_delete=models.SET_NULL, null=True, blank=True, related_name="log_notes")
    snippet = models.ForeignKey("Snippet", on_delete=models.SET_NULL, null=True, blank=True, related_name="log_notes")
    attachment = models.ForeignKey(
        "Attachment", on_delete=models.SET_NULL, null=True, blank=True, related_name="log_notes"
    )
    entry = models.ForeignKey(
        "TimelineEntry", on_delete=models.SET_NULL, null=True, blank=True, related_name="log_notes"
    )
    # Lines of the snippet, counted from 1, both included.
    first_line = models.PositiveIntegerField(null=True, blank=True)
    last_line = models.PositiveIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=LogVerdict.choices)
    line = models.TextField()
    emitted_by = models.CharField(max_length=300, blank=True, default="")
    note = models.TextField(blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    # The version of the rules that its templates were made by; 0 while it has none.
    rules = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=LogVerdict.values), name="log_note_verdict_known"),
            models.CheckConstraint(condition=~Q(line=""), name="log_note_has_line"),
            models.CheckConstraint(
                condition=Q(snippet=None, attachment=None)
                | Q(snippet=None, entry=None)
                | Q(attachment=None, entry=None),
                name="log_note_stands_in_one_place",
            ),
            models.CheckConstraint(
                condition=Q(first_line=None, last_line=None)
                | Q(
                    first_line__isnull=False, last_line__isnull=False, first_line__gte=1, last_line__gte=F("first_line")
                ),
                name="log_note_lines_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.line[:60]}"

    @property
    def anchor(self) -> str:
        """Its place on the incident's page."""
        return f"log-note-{self.pk}"


class LogTemplate(models.Model):
    """One line of a note as it is known again: what changes from time to time is masked.

    A cache: `services.ledger` makes the rows of a note again when the rules of masking change.
    """

    note = models.ForeignKey(LogNote, on_delete=models.CASCADE, related_name="templates")
    template = models.CharField(max_length=500)
    fingerprint = models.CharField(max_length=32, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["note", "fingerprint"], name="log_template_once_a_note"),
        ]

    def __str__(self) -> str:
        return self.template
