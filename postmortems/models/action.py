"""What is to be done so that it does not happen again."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from incidents.models import Incident
from postmortems.references import Cites

from .choices import UNFINISHED, ActionKind, ActionState

ACTION_TITLE_LIMIT = 300
ACTION_TEXT_LIMIT = 2_000
DONE_WHEN_LIMIT = 500


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    """Reads over many action items."""

    def visible_to(self, user: User | AnonymousUser) -> "ActionItemQuerySet":
        """Those of the incidents that `user` may see."""
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def unfinished(self) -> "ActionItemQuerySet":
        """Those still to be done."""
        return self.filter(state__in=UNFINISHED)

    def overdue(self, today: date) -> "ActionItemQuerySet":
        """Those that should have been done before `today`."""
        return self.unfinished().filter(due_on__lt=today)


class ActionItem(models.Model):
    """One thing to do. `done_at` stands exactly while it is done; not doing it needs a reason."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="actions")
    title = models.CharField(max_length=ACTION_TITLE_LIMIT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_actions"
    )
    kind = models.CharField(max_length=8, choices=ActionKind.choices, default=ActionKind.PREVENT)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=ActionState.choices, default=ActionState.OPEN)
    tracker_url = models.URLField(max_length=500, blank=True, default="")
    # What must be true so that it counts as done, said before anybody begins.
    done_when = models.CharField(max_length=DONE_WHEN_LIMIT, blank=True, default="", db_default="")
    proof = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["ActionItem"]] = ActionItemQuerySet.as_manager()
    # What its texts cite, where a page looked that up for its reader.
    cites: Cites | None = None

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(fields=["state", "due_on"], name="action_state_due"),
            models.Index(fields=["owner", "state"], name="action_owner_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="action_has_title"),
            models.CheckConstraint(condition=Q(kind__in=ActionKind.values), name="action_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ActionState.values), name="action_state_known"),
            models.CheckConstraint(
                condition=Q(state=ActionState.DONE, done_at__isnull=False)
                | (~Q(state=ActionState.DONE) & Q(done_at__isnull=True)),
                name="action_done_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActionState.WONT_DO) | ~Q(reason=""), name="action_not_done_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def anchor(self) -> str:
        """Its place on the postmortem's page."""
        return f"action-{self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state not in UNFINISHED

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been done before `today`."""
        return not self.is_finished and self.due_on is not None and self.due_on < today


class ActionDigest(models.Model):
    """When a person was last told by mail of what is overdue."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    mailed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.mailed_at}"
