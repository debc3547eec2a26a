"""What was published, and what people were told about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from .postmortem import Postmortem

NOTE_LIMIT = 500


class Publication(models.Model):
    """A postmortem as it went out, or as it was amended with a word about it.

    `versions` holds the version of every section by key; the texts are in the revisions. `facts` are the factors,
    proofs and the waiver of that moment, in words.
    """

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="publications")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=NOTE_LIMIT, blank=True, default="")
    versions = models.JSONField(default=dict)
    facts = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["postmortem", "number"], name="publication_once")]

    def __str__(self) -> str:
        return f"publication {self.number} of {self.postmortem_id}"


class NoticeKind(models.TextChoices):
    """What people are told by mail."""

    REVIEW_ASKED = "review_asked", "Your review is asked for"
    CHANGES_ASKED = "changes_asked", "Changes were asked for"
    APPROVED = "approved", "Approved"
    COMMENT = "comment", "A comment on yours"
    MENTION = "mention", "Somebody names you"
    DUE_SOON = "due_soon", "Due soon"
    OVERDUE = "overdue", "Overdue"


class Notice(models.Model):
    """One thing that one person is told once; `key` says which. Holds no text: that is looked up when it is sent."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="postmortem_notices")
    incident = models.ForeignKey("incidents.Incident", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=13, choices=NoticeKind.choices)
    key = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["to", "kind", "key"], name="postmortem_notice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="postmortem_notice_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} to {self.to_id}"
