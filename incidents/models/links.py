"""What one incident has to do with another."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User

from .incident import Incident, IncidentQuerySet


class LinkKind(models.TextChoices):
    """How two incidents hang together."""

    DUPLICATE = "duplicate", "Duplicate of"
    SAME_CAUSE = "same_cause", "Same cause as"
    RELATED = "related", "Related to"


# These say the same in both directions; they are stored once, from the later number to the earlier.
MUTUAL_KINDS = (LinkKind.SAME_CAUSE, LinkKind.RELATED)


class LinkQuerySet(models.QuerySet["IncidentLink"]):
    """Reads over many links."""

    def visible_to(self, user: User | AnonymousUser) -> "LinkQuerySet":
        """Those of which `user` may see both ends; of the others nobody learns that they exist."""
        if isinstance(user, User) and user.is_admin and user.is_active:
            return self
        visible = Incident.objects.visible_to(user)
        ends = (visible.filter(pk=OuterRef(end)) for end in ("source_id", "target_id"))
        return self.filter(*(Exists(end) for end in ends))


class IncidentLink(models.Model):
    """`source` repeats, or has to do with, `target`."""

    source = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["IncidentLink"]] = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="incident_link_kind_known"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="incident_link_not_to_itself"),
            models.UniqueConstraint(fields=["source", "target", "kind"], name="incident_link_once"),
            models.UniqueConstraint(fields=["source"], condition=Q(kind="duplicate"), name="incident_duplicate_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


def originals(incidents: IncidentQuerySet, user: User | AnonymousUser) -> IncidentQuerySet:
    """Those that repeat no other that `user` may see: what lists and statistics count unless asked for duplicates.

    To somebody who may not see the original, a duplicate is an incident like any other.
    """
    # Asked for each of the few links; as a list of all that the user may see, all of it was read for every page.
    is_seen = Exists(Incident.objects.visible_to(user).filter(pk=OuterRef("target_id")))
    repeated = IncidentLink.objects.filter(is_seen, kind=LinkKind.DUPLICATE)
    return incidents.exclude(pk__in=repeated.values("source_id"))
