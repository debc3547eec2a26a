"""Readers' thanks: whom a postmortem helped."""

from django.conf import settings
from django.db import models

from .postmortem import Postmortem


class Thanks(models.Model):
    """Somebody says that reading it helped: one voice a person, taken back at will."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="thanks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "thanks"
        constraints = [models.UniqueConstraint(fields=["postmortem", "user"], name="thanks_once_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.postmortem_id}"
