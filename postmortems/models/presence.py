"""Who is writing where at this moment."""

from django.conf import settings
from django.db import models

from .postmortem import Postmortem


class Writer(models.Model):
    """Somebody who has the editor open, and the section that their cursor was in. Old rows mean nothing."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="writers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=40, blank=True, default="")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["postmortem", "user"], name="writer_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.section} of {self.postmortem_id}"
