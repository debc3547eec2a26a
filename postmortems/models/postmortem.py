"""The postmortem: its sections, and every saved text of them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from hindsight.lib.rendered import RenderedModel
from incidents.models import Incident
from postmortems.prompts import QuestionSet
from postmortems.shipped import FIRST_STANDARD, SHIPPED

from .choices import ProofState
from .lifecycle import PostmortemStatus
from .template import TemplateVersion

# Characters. A section is prose; logs and code are snippets of the incident.
SECTION_LIMIT = 200_000
SECTION_TITLE_LIMIT = 120
WAIVER_LIMIT = 2_000
NOT_NEEDED_LIMIT = 2_000


class PostmortemQuerySet(models.QuerySet["Postmortem"]):
    """Reads over many postmortems."""

    def visible_to(self, user: User | AnonymousUser) -> "PostmortemQuerySet":
        """Those of the incidents that `user` may see."""
        return self.filter(incident__in=Incident.objects.visible_to(user))

    def published(self) -> "PostmortemQuerySet":
        """Those that are out."""
        return self.filter(status=PostmortemStatus.PUBLISHED)


class Postmortem(models.Model):
    """What was learned from one incident.

    `version` counts every change of it, its sections, factors, proofs and waiver. `proof` is what its evidence says;
    the services keep it in step (see `postmortems.services.proof.verification_state`).
    """

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="postmortem")
    status = models.CharField(max_length=15, choices=PostmortemStatus.choices, default=PostmortemStatus.DRAFT)
    proof = models.CharField(max_length=12, choices=ProofState.choices, default=ProofState.UNPROVEN)
    # What it asks: a published version, kept until somebody moves it to another. The two below name the same.
    template = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="postmortems"
    )
    template_key = models.CharField(max_length=40, default="standard")
    template_version = models.PositiveIntegerField(default=1)
    # Why this template, for the writer: "Severity is SEV3 or SEV4".
    template_why = models.CharField(max_length=300, blank=True, default="", db_default="")
    # Written down when all was over: nobody logged the incident while it happened.
    is_afterwards = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    begun_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()
    # Who sent it to review: with `begun_by`, those whose own text it is.
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # When something changed after it was published.
    amended_at = models.DateTimeField(null=True, blank=True)
    # The day on which it should be out, where somebody chose one; else it follows from the severity.
    due_on = models.DateField(null=True, blank=True)
    not_needed_reason = models.TextField(blank=True, default="", db_default="")

    # Why there can be no proof, and who answers for that; a signature, so its person can't be deleted.
    waiver_reason = models.TextField(blank=True, default="")
    waiver_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waiver_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Postmortem"]] = PostmortemQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-id"]
        indexes = [models.Index(fields=["status", "-published_at"], name="postmortem_newest_first")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PostmortemStatus.values), name="postmortem_status_known"),
            models.CheckConstraint(condition=Q(proof__in=ProofState.values), name="postmortem_proof_known"),
            models.CheckConstraint(
                condition=~Q(status=PostmortemStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="postmortem_published_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostmortemStatus.NOT_NEEDED) | ~Q(not_needed_reason=""),
                name="postmortem_not_needed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(waiver_reason="", waiver_by__isnull=True, waiver_at__isnull=True)
                | (~Q(waiver_reason="") & Q(waiver_by__isnull=False, waiver_at__isnull=False)),
                name="postmortem_waiver_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"Postmortem of {self.incident}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("postmortem", args=[self.incident.number])

    @property
    def is_published(self) -> bool:
        """Whether it is out."""
        return self.status == PostmortemStatus.PUBLISHED

    @property
    def is_needed(self) -> bool:
        """Whether nobody decided that there need not be one."""
        return self.status != PostmortemStatus.NOT_NEEDED

    @property
    def is_brought_in(self) -> bool:
        """Whether it was written elsewhere: nobody began it here, so what it lacks waits for nobody."""
        return self.begun_by_id is None

    @property
    def questions(self) -> QuestionSet:
        """What it asks: the version of a template that it was begun with, or was moved to."""
        if self.template is not None:
            return self.template.questions(key=self.template_key)
        # Begun by a program that knew of no templates as data.
        known = {version.version: version for version in SHIPPED.get(self.template_key, ())}
        return known.get(self.template_version, FIRST_STANDARD)

    @property
    def is_waived(self) -> bool:
        """Whether somebody signed that there can be no proof."""
        return bool(self.waiver_reason)


class Section(RenderedModel):
    """The text of one section; absent until something is written. Which there are is said by the template."""

    MARKDOWN_FIELDS = ("body",)

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=40)
    # How the template called it when the text was saved, for the day when the template has no such section any more.
    title = models.CharField(max_length=SECTION_TITLE_LIMIT, blank=True, default="", db_default="")
    body = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "key"], name="section_once"),
            models.CheckConstraint(condition=~Q(key=""), name="section_has_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.postmortem_id}"

    @property
    def anchor(self) -> str:
        """Its place on the postmortem's page."""
        return f"section-{self.key}"


class Revision(models.Model):
    """One saved text of a section. Append-only: nothing that was written is lost."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    body = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["section", "version"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.section_id} v{self.version}"
