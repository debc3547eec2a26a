"""What open pages of an incident need: a number that tells whether anything changed, and who has it open."""

from django.conf import settings
from django.db import models

from .incident import Incident


class Pulse(models.Model):
    """Counts the changes to an incident and everything in it, and those that only wrote lines of its timeline.

    One that has no row has not changed since it came.
    """

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="pulse")
    beat = models.PositiveBigIntegerField(default=0)
    lines = models.PositiveBigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.beat}"


class Presence(models.Model):
    """Somebody has the page of an incident open: they asked for news of it at `seen_at`, or little later."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.incident_id}"
