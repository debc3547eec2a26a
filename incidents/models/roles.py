"""Who does what while an incident is worked on, and what the next shift has to know."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hindsight.lib.rendered import RenderedModel

from .incident import Incident

ROLE_NAME_LIMIT = 40
LEAD = "lead"
# Suggested; a team may name others.
COMMON_ROLES = ("communications", "operations", "scribe", "customer liaison")
HANDOVER_LIMIT = 20_000


class RoleHolding(models.Model):
    """One person in one role, for as long as they had it. The lead's rows follow from `Incident.lead`."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=ROLE_NAME_LIMIT)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="held_roles")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(role=""), name="role_has_name"),
            models.UniqueConstraint(
                fields=["incident", "role"], condition=Q(until__isnull=True), name="role_held_by_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.person_id}"


class HandoverNote(RenderedModel):
    """What stands on top of an incident's hand-over, in somebody's own words."""

    MARKDOWN_FIELDS = ("body",)

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="handover_note")
    body = models.TextField(blank=True, default="")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"Hand-over of {self.incident_id}"
