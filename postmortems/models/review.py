"""Review: who was asked to read a postmortem before it goes out, and what they said."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from accounts.models import User
from hindsight.lib.rendered import RenderedModel
from incidents.models import Incident, Severity
from postmortems.business import DaysOff, after_business_days, days_off_in

from .postmortem import Postmortem

VERDICT_LIMIT = 20_000
# Business days; more is no due date any more.
DUE_DAYS_LIMIT = 120
DUE_DAYS: dict[str, int | None] = {Severity.SEV1: 3, Severity.SEV2: 5, Severity.SEV3: 10, Severity.SEV4: None}


class Verdict(models.TextChoices):
    """What a reviewer says; nothing while they were only asked."""

    APPROVED = "approved", "Approved"
    CHANGES = "changes", "Asks for changes"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads over many reviews."""

    def visible_to(self, user: User | AnonymousUser) -> "ReviewQuerySet":
        """Those of the incidents that `user` may see."""
        return self.filter(postmortem__incident__in=Incident.objects.visible_to(user))

    def waiting(self) -> "ReviewQuerySet":
        """Those without a verdict."""
        return self.filter(verdict="")


class Review(RenderedModel):
    """One person asked for one verdict. Whoever is asked again gets a new row, so that earlier verdicts stay."""

    MARKDOWN_FIELDS = ("body",)

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="asked_reviews"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default="")
    body = models.TextField(blank=True, default="")
    said_at = models.DateTimeField(null=True, blank=True)
    # The postmortem's version that was looked at.
    seen_version = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Review"]] = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["reviewer", "verdict"], name="review_of_person")]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="review_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict="", said_at__isnull=True) | (~Q(verdict="") & Q(said_at__isnull=False)),
                name="review_verdict_has_time",
            ),
            models.UniqueConstraint(
                fields=["postmortem", "reviewer"], condition=Q(verdict=""), name="review_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk} of {self.postmortem_id}"

    @property
    def is_waiting(self) -> bool:
        """Whether nothing was said yet."""
        return not self.verdict


class WritingPolicy(models.Model):
    """What this installation expects of postmortems, by severity: one row, editable by administrators.

    `due_days` are business days from the resolution (null: none); `review_for` names the severities whose postmortems
    need an approved review; `extra_parts` the sections that a severity requires beside those of the template;
    `days_off` are no business days.
    """

    SINGLE_ID = 1

    due_days = models.JSONField(default=dict)
    review_for = models.JSONField(default=list)
    extra_parts = models.JSONField(default=dict)
    # Days on which nobody is at work beside weekends, one a line (see `postmortems.business`).
    days_off = models.TextField(blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "writing policies"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="writing_policy_is_single")]

    def __str__(self) -> str:
        return "writing policy"

    @classmethod
    def current(cls) -> "WritingPolicy":
        """The row, or an unsaved one with the defaults."""
        return cls.objects.filter(pk=cls.SINGLE_ID).first() or cls(pk=cls.SINGLE_ID)

    def days(self, severity: str) -> int | None:
        """How many business days a postmortem may take; None: as long as it takes."""
        value: Any = self.due_days.get(severity, DUE_DAYS.get(severity))
        return value if isinstance(value, int) else None

    def needs_review(self, severity: str) -> bool:
        """Whether a postmortem of this severity goes out only after an approval."""
        return severity in self.review_for

    def parts(self, severity: str) -> list[str]:
        """The keys of the sections that it requires beside those of the template."""
        return [str(key) for key in self.extra_parts.get(severity, ())]

    @cached_property
    def off(self) -> DaysOff:
        """The days off, laid out for counting."""
        return days_off_in(self.days_off)

    def due_on(self, incident: Incident, postmortem: Postmortem | None = None) -> date | None:
        """The day on which its postmortem should be out: the one that somebody chose, else by severity.

        None while the incident is open, for one written down afterwards, and where there is no such rule.
        """
        if postmortem is not None:
            if postmortem.due_on is not None:
                return postmortem.due_on
            if postmortem.is_afterwards or postmortem.is_brought_in:
                return None
        days = self.days(incident.severity)
        if incident.is_active or incident.resolved_at is None or days is None:
            return None
        return after_business_days(incident.resolved_at.date(), days, self.off)
