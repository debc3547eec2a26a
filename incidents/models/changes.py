"""What went to production, and what each incident found about it."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User

from .catalogue import Service
from .incident import Incident

CHANGE_TITLE_LIMIT = 300
WHY_LIMIT = 1000


class ChangeKind(models.TextChoices):
    """What was changed."""

    DEPLOY = "deploy", "Deploy"
    CONFIG = "config", "Config"
    FLAG = "flag", "Flag"
    MIGRATION = "migration", "Migration"
    INFRA = "infra", "Infrastructure"


class Verdict(models.TextChoices):
    """What a change had to do with an incident."""

    SUSPECT = "suspect", "Suspect"
    CLEARED = "cleared", "Cleared"
    CULPRIT = "culprit", "Culprit"


class ChangeQuerySet(models.QuerySet["Change"]):
    """Reads over many changes."""

    def visible_to(self, user: User | AnonymousUser) -> "ChangeQuerySet":
        """Those that `user` may know of: one that was noted on an incident's page has that incident's rights."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(Q(incident__isnull=True) | Q(incident__in=Incident.objects.visible_to(user)))

    def for_incident(self, incident: Incident) -> "ChangeQuerySet":
        """Those that this incident may judge: everybody's, those noted on it, and those of public incidents.

        Who reads an incident reads its verdicts; so a change that is another private incident's is none of it.
        """
        is_public = Q(incident__is_private=False, incident__merged_into=None)
        return self.filter(Q(incident__isnull=True) | Q(incident=incident) | is_public)


class Change(models.Model):
    """Something that went to production: reported by a script, or noted by hand on the page of `incident`."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=9, choices=ChangeKind.choices, default=ChangeKind.DEPLOY)
    title = models.CharField(max_length=CHANGE_TITLE_LIMIT)
    # Null: it is not known, or it touches all of them.
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="changes")
    version = models.CharField(max_length=120, blank=True, default="")
    # Who made it, as the sender names them; often no account of ours.
    author = models.CharField(max_length=200, blank=True, default="")
    url = models.URLField(max_length=500, blank=True, default="")
    external_id = models.CharField(max_length=200, null=True, blank=True)
    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, null=True, blank=True, related_name="noted_changes"
    )
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Change"]] = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["at", "id"], name="change_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind_known"),
            models.CheckConstraint(condition=~Q(title=""), name="change_has_title"),
            models.UniqueConstraint(
                fields=["external_id"], condition=Q(external_id__isnull=False), name="change_external_id_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ChangeVerdict(models.Model):
    """What one incident found about one change; `why` explains it."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="change_verdicts")
    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="verdicts")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    why = models.CharField(max_length=WHY_LIMIT, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="change_verdict_known"),
            models.UniqueConstraint(fields=["incident", "change"], name="change_verdict_once"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.verdict}"
