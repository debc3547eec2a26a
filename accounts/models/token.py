"""Tokens with which scripts speak to the API."""

from datetime import datetime

from django.conf import settings
from django.db import models


class Scope(models.TextChoices):
    """What a token may do; each but `hook` includes the one before."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"
    ADMIN = "admin", "Everything its owner may"
    HOOK = "hook", "Send alerts and changes only"


class ApiToken(models.Model):
    """A token acts for its owner, with at most its scope. Only the SHA-256 of its 256 random bits is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=5, choices=Scope.choices, default=Scope.WRITE)
    digest = models.CharField(max_length=64, unique=True)
    # The first characters, by which its owner knows it again: "hst_" and 48 of the 256 bits.
    prefix = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="token_scope_known")]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens the door at `now`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def allows(self, scope: Scope) -> bool:
        """Whether its scope includes `scope`; its owner's role is another question."""
        if Scope.HOOK in {self.scope, scope}:
            return self.scope == scope or (scope == Scope.HOOK and self.scope == Scope.ADMIN)
        order = [Scope.READ, Scope.WRITE, Scope.ADMIN]
        return order.index(Scope(self.scope)) >= order.index(scope)
