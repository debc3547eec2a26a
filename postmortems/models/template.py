"""Templates as data: what a postmortem asks, in versions, and the rules by which one is chosen."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.models import Kind, Service
from postmortems.prompts import QuestionSet, sections_from

TEMPLATE_KEY_LIMIT = 40
TEMPLATE_NAME_LIMIT = 80
TEMPLATE_PURPOSE_LIMIT = 300
TEMPLATE_NOTE_LIMIT = 300
RULE_TAG_LIMIT = 60


class TemplateQuerySet(models.QuerySet["Template"]):
    """Reads over many templates."""

    def offered(self) -> "TemplateQuerySet":
        """Those that a new postmortem may be begun with."""
        return self.filter(archived_at=None)


class Template(models.Model):
    """A named set of questions. What it asks stands in its versions; the newest published one is used from then on."""

    key = models.SlugField(max_length=TEMPLATE_KEY_LIMIT, unique=True)
    name = models.CharField(max_length=TEMPLATE_NAME_LIMIT)
    # When it is the right one, in a sentence.
    purpose = models.CharField(max_length=TEMPLATE_PURPOSE_LIMIT, blank=True, default="")
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Counts changes of this row and of its draft; who saves with an older one gets a conflict.
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Template"]] = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="template_one_default"),
            models.CheckConstraint(condition=~Q(name=""), name="template_has_name"),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(archived_at__isnull=True), name="template_default_not_archived"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        """Whether nothing new is begun with it."""
        return self.archived_at is not None


class TemplateVersion(models.Model):
    """What a template asks. A published one never changes; at most one of a template is still a draft.

    `sections` holds the fields of `postmortems.prompts.SectionPrompt`. `shipped` numbers those that came with
    Hindsight; 0 is a team's own.
    """

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    sections = models.JSONField(default=list)
    shipped = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=TEMPLATE_NOTE_LIMIT, blank=True, default="")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(published_at__isnull=True), name="template_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"

    @property
    def is_published(self) -> bool:
        """Whether postmortems may be begun with it; from then on it never changes."""
        return self.published_at is not None

    def questions(self, *, key: str, name: str = "") -> QuestionSet:
        """What it asks; `key` and `name` are its template's, which most readers have at hand."""
        return QuestionSet(key=key, version=self.number, name=name, sections=sections_from(self.sections))


class TemplateRule(models.Model):
    """Which incidents get a template: all conditions that are given must fit. The first rule that fits decides."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField()
    severities = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=9, choices=Kind.choices, blank=True, default="")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    tag = models.CharField(max_length=RULE_TAG_LIMIT, blank=True, default="")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=Kind.values), name="template_rule_kind_known"),
        ]

    def __str__(self) -> str:
        return f"rule {self.position} of {self.template_id}"
