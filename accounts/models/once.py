"""Requests that may arrive twice but must act once."""

from django.conf import settings
from django.db import models


class OnceKey(models.Model):
    """A key that a person's form or script sent with a write, and what that write answered."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # What was asked (action and digest of the body), so that a key can't be used for something else.
    request = models.CharField(max_length=200)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="once_key_unique_per_user")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"
