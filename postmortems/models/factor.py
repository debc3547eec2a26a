"""Why it happened: contributing factors with the why-chains under them, and the list of categories."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value

from hindsight.lib.rendered import RenderedModel

from .choices import FactorCategory, FactorKind
from .postmortem import Postmortem

# Characters and rows. A factor is a sentence or two; the section above tells the story.
FACTOR_LIMIT = 2_000
FACTORS_LIMIT = 60
CATEGORY_KEY_LIMIT = 40
CATEGORY_NAME_LIMIT = 40
CATEGORIES_LIMIT = 60
# "Why?" asked that often in a row; beyond it a chain tells of the world and not of the incident.
DEPTH_LIMIT = 8
EVIDENCE_EACH = 10


class CauseCategoryQuerySet(models.QuerySet["CauseCategory"]):
    """Reads over the list of categories."""

    def offered(self) -> "CauseCategoryQuerySet":
        """Those that a factor may be given anew."""
        return self.filter(retired_at=None)


class CauseCategory(models.Model):
    """One category of the team's list. Factors keep its key, so that a new name reaches the past as well.

    One that is not wanted any more is retired and never deleted: what has it keeps it.
    """

    key = models.SlugField(max_length=CATEGORY_KEY_LIMIT, unique=True)
    name = models.CharField(max_length=CATEGORY_NAME_LIMIT)
    meaning = models.CharField(max_length=200, blank=True, default="")
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["CauseCategory"]] = CauseCategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "cause categories"
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="cause_category_has_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_retired(self) -> bool:
        """Whether no new factor gets it."""
        return self.retired_at is not None


class FactorManager(models.Manager["ContributingFactor"]):
    """Reads every factor with the name that its category has now."""

    def get_queryset(self) -> models.QuerySet["ContributingFactor"]:
        """Factors with `category_name`, without a query of its own."""
        named = CauseCategory.objects.filter(key=OuterRef("category")).values("name")[:1]
        return super().get_queryset().annotate(category_name=Subquery(named))


class ContributingFactor(RenderedModel):
    """One thing that let it happen, or that let another factor happen: an answer to "why?" lies under its question.

    `evidence` holds a reference of the record (`step-17`) or a web address on each line.
    """

    MARKDOWN_FIELDS = ("text",)

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="factors")
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(default=0, db_default=0)
    category = models.CharField(max_length=CATEGORY_KEY_LIMIT)
    kind = models.CharField(max_length=11, choices=FactorKind.choices, blank=True, default="", db_default="")
    text = models.TextField(blank=True, default="")
    evidence = models.TextField(blank=True, default="", db_default="")
    # That its wording names a person was looked at, and found to be right as it is.
    is_wording_kept = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, db_default=1)
    rendered = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)

    objects: ClassVar[FactorManager] = FactorManager()

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["category"], name="factor_category")]
        constraints = [
            models.CheckConstraint(condition=~Q(category=""), name="factor_has_category"),
            models.CheckConstraint(condition=Q(kind="") | Q(kind__in=FactorKind.values), name="factor_kind_known"),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="factor_not_under_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {self.text[:60]}"

    def get_category_display(self) -> str:
        """The name that its category has now."""
        known: Any = getattr(self, "category_name", None)
        return str(known or dict(FactorCategory.choices).get(self.category, self.category))

    @property
    def anchor(self) -> str:
        """Its place on the postmortem's page."""
        return f"factor-{self.pk}"

    @property
    def references(self) -> list[str]:
        """What shows it, one by one."""
        return self.evidence.split()
