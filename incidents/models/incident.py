"""The incident: the row that everything else hangs on."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import get_script_prefix, reverse

from accounts.models import User
from hindsight.lib.rendered import RenderedModel

from .catalogue import Service, Tag
from .choices import DetectedBy, Kind, Precision, Severity
from .lifecycle import ACTIVE_STATUSES, Status

TITLE_LIMIT = 200
SUMMARY_LIMIT = 20_000
# Where incidents without a known start stand in lists: after all others.
UNKNOWN_START = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1000)
def _address(prefix: str, number: int) -> str:
    """A page names its incident dozens of times; `prefix` is where the installation is mounted."""
    return reverse("incident_detail", args=[number])


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads over many incidents."""

    def visible_to(self, user: User | AnonymousUser) -> "IncidentQuerySet":
        """Those that `user` may know of: the one access rule, used by every channel.

        A private incident is for who declared it, who leads it, the people and the members of the teams that it names,
        and administrators. One that was merged into another is nowhere any more: see `access.get_incident`.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        whole = self.filter(merged_into__isnull=True)
        if user.is_admin:
            return whole
        named = Incident.people.through.objects.filter(user_id=user.pk).values("incident_id")
        teams = Incident.teams.through.objects.filter(team__memberships__user_id=user.pk).values("incident_id")
        return whole.filter(
            Q(is_private=False) | Q(declared_by=user) | Q(lead=user) | Q(pk__in=named) | Q(pk__in=teams)
        )

    def active(self) -> "IncidentQuerySet":
        """Those still being worked on."""
        return self.filter(status__in=ACTIVE_STATUSES)

    def newest_first(self) -> "IncidentQuerySet":
        """By start, latest first; those without a known start last."""
        return self.order_by("-listed_at", "-pk")

    def for_list(self) -> "IncidentQuerySet":
        """With what a row of a list shows, in a constant number of queries and without the long texts."""
        return self.select_related("lead").prefetch_related("services", "tags").defer("summary", "rendered")


class Incident(RenderedModel):
    """Something that broke, or nearly did. Shown as INC-42."""

    MARKDOWN_FIELDS = ("summary",)

    number = models.PositiveIntegerField(unique=True, editable=False)
    title = models.CharField(max_length=TITLE_LIMIT)
    summary = models.TextField(blank=True, default="")
    severity = models.CharField(max_length=4, choices=Severity.choices, default=Severity.SEV3)
    status = models.CharField(max_length=13, choices=Status.choices, default=Status.INVESTIGATING)
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.REAL)
    detected_by = models.CharField(max_length=9, choices=DetectedBy.choices, default=DetectedBy.UNKNOWN)

    is_private = models.BooleanField(default=False)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="opened_incidents", blank=True)
    teams = models.ManyToManyField("accounts.Team", related_name="opened_incidents", blank=True)

    services = models.ManyToManyField(Service, related_name="incidents", blank=True)
    tags = models.ManyToManyField(Tag, related_name="incidents", blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="declared_incidents"
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="led_incidents"
    )

    # Null means that nobody knows. `declared_at` is when it was written down here.
    started_at = models.DateTimeField(null=True, blank=True)
    started_precision = models.CharField(max_length=6, choices=Precision.choices, default=Precision.MINUTE)
    detected_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mitigated_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField()
    # The start, or UNKNOWN_START: what lists are ordered by, since databases disagree on where nulls go.
    listed_at = models.DateTimeField(editable=False)

    # Where it came from, when it was not declared here.
    external_id = models.CharField(max_length=200, null=True, blank=True)
    source_url = models.URLField(max_length=500, blank=True, default="")
    source_name = models.CharField(max_length=200, blank=True, default="")

    # Where everything of it went; the row stays so that its number and its links go on leading there. No index: nearly
    # every row has none, and a planner that takes it for selective would read all of them.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )

    # Counts changes of this row; who saves with an older one gets a conflict.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Incident"]] = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["-listed_at", "-id"], name="incident_newest_first"),
            models.Index(fields=["status", "severity"], name="incident_status_severity"),
            # Counts and orders those that were not merged, without reading their rows.
            models.Index(fields=["-listed_at", "-id"], condition=Q(merged_into__isnull=True), name="incident_unmerged"),
            # Few are private: who counts those that somebody may see counts all and takes off some of these.
            models.Index(fields=["id"], condition=Q(is_private=True), name="incident_private"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="incident_severity_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="incident_status_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="incident_kind_known"),
            models.CheckConstraint(condition=Q(detected_by__in=DetectedBy.values), name="incident_detected_by_known"),
            models.CheckConstraint(
                condition=Q(started_precision__in=Precision.values), name="incident_precision_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="incident_has_title"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="incident_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(detected_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(detected_at__gte=F("started_at")),
                name="incident_detected_after_start",
            ),
            models.CheckConstraint(
                condition=Q(mitigated_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(mitigated_at__gte=F("started_at")),
                name="incident_mitigated_after_start",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True)
                | Q(started_at__isnull=True)
                | Q(resolved_at__gte=F("started_at")),
                name="incident_resolved_after_start",
            ),
            models.UniqueConstraint(
                fields=["external_id"], condition=Q(external_id__isnull=False), name="incident_external_id_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `listed_at` in step with the start."""
        self.listed_at = self.started_at or UNKNOWN_START
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """Its number as people say it."""
        return f"INC-{self.number}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return _address(get_script_prefix(), self.number)

    @property
    def is_active(self) -> bool:
        """Whether it is still being worked on."""
        return self.status in ACTIVE_STATUSES

    def _since_start(self, moment: datetime | None) -> timedelta | None:
        """From start to `moment`; None when either is unknown or the start is known to the day only."""
        if moment is None or self.started_at is None or self.started_precision == Precision.DAY:
            return None
        return moment - self.started_at

    @property
    def time_to_detect(self) -> timedelta | None:
        """From start to detection."""
        return self._since_start(self.detected_at)

    @property
    def time_to_acknowledge(self) -> timedelta | None:
        """From start until somebody took it."""
        return self._since_start(self.acknowledged_at)

    @property
    def time_to_mitigate(self) -> timedelta | None:
        """From start until users were no longer affected."""
        return self._since_start(self.mitigated_at)

    @property
    def time_to_resolve(self) -> timedelta | None:
        """From start until the cause was gone."""
        return self._since_start(self.resolved_at)

    def open_for(self, now: datetime) -> timedelta | None:
        """How long it has been going on at `now`; None once resolved or when the start is not known."""
        if not self.is_active or self.started_at is None or now < self.started_at:
            return None
        return now - self.started_at
