"""Proof of the fix."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from hindsight.lib.rendered import RenderedModel
from incidents.models import Attachment, Incident, Snippet

from .choices import ProofMethod, ProofResult
from .postmortem import Postmortem

CLAIM_LIMIT = 500
DETAIL_LIMIT = 50_000
PLACE_LIMIT = 200
BROKE_LIMIT = 2_000


class Evidence(RenderedModel):
    """One check of the fix: what is claimed, how it was checked, where, and what it showed.

    `at` is when it was checked; `watch_until` the day up to which somebody keeps an eye on it. `held_at` says when
    somebody answered that it held. One that had passed and did not hold has `broke_at`, why, and in which incident.
    """

    MARKDOWN_FIELDS = ("detail",)

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="evidence")
    method = models.CharField(max_length=12, choices=ProofMethod.choices)
    claim = models.CharField(max_length=CLAIM_LIMIT)
    detail = models.TextField(blank=True, default="")
    url = models.URLField(max_length=500, blank=True, default="")
    snippet = models.ForeignKey(Snippet, on_delete=models.SET_NULL, null=True, blank=True, related_name="proofs")
    attachment = models.ForeignKey(Attachment, on_delete=models.SET_NULL, null=True, blank=True, related_name="proofs")
    environment = models.CharField(max_length=PLACE_LIMIT, blank=True, default="")
    app_version = models.CharField(max_length=PLACE_LIMIT, blank=True, default="")
    result = models.CharField(max_length=12, choices=ProofResult.choices, default=ProofResult.PASSED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    watch_until = models.DateField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # When the owner was asked by mail whether it held; a longer watch asks again.
    asked_at = models.DateTimeField(null=True, blank=True)
    broke_at = models.DateTimeField(null=True, blank=True)
    broke_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    broke_reason = models.TextField(blank=True, default="", db_default="")
    broke_in = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=["watch_until"], name="evidence_watched", condition=Q(watch_until__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(condition=Q(method__in=ProofMethod.values), name="evidence_method_known"),
            models.CheckConstraint(condition=Q(result__in=ProofResult.values), name="evidence_result_known"),
            models.CheckConstraint(condition=~Q(claim=""), name="evidence_has_claim"),
            models.CheckConstraint(
                condition=Q(broke_at__isnull=True) | Q(result=ProofResult.FAILED), name="evidence_broken_has_failed"
            ),
        ]

    def __str__(self) -> str:
        return self.claim

    @property
    def anchor(self) -> str:
        """Its place on the postmortem's page."""
        return f"evidence-{self.pk}"

    @property
    def has_item(self) -> bool:
        """Whether it shows anything beside its claim."""
        return bool(self.detail.strip() or self.url or self.snippet_id or self.attachment_id)
