"""The pages on which administrators edit templates."""

from dataclasses import dataclass

from django.db.models import Count, Q

from postmortems.models import PostmortemStatus, Template, TemplateRule, TemplateVersion
from postmortems.prompts import CORE, QuestionSet, SectionPrompt
from postmortems.services.choosing import describe, newest_versions, ordered_rules


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """One template of the list, with how much it is used."""

    row: Template
    newest: TemplateVersion | None
    has_draft: bool
    drafts: int
    published: int


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule in words."""

    row: TemplateRule
    words: str
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class TemplateList:
    """What the list shows."""

    templates: list[ListedTemplate]
    rules: list[ListedRule]


@dataclass(frozen=True, slots=True)
class EditedTemplate:
    """One template with the questions that are being edited, and how many postmortems keep the older ones."""

    row: Template
    asked: QuestionSet
    draft: TemplateVersion | None
    newest: TemplateVersion | None
    versions: list[TemplateVersion]
    drafts_in_use: int

    @property
    def removable(self) -> set[str]:
        """The keys of the sections that may go."""
        return set(self.asked.keys) - set(CORE)


USES = {
    "drafts": Count("postmortems", filter=Q(postmortems__status=PostmortemStatus.DRAFT)),
    "published": Count("postmortems", filter=Q(postmortems__status=PostmortemStatus.PUBLISHED)),
}


def read_list() -> TemplateList:
    """All templates with their use, and the rules; the number of queries does not depend on theirs."""
    # An installation that has none yet gets the shipped ones.
    newest_versions()
    versions: dict[int, list[TemplateVersion]] = {}
    for version in TemplateVersion.objects.annotate(**USES).order_by("number"):
        versions.setdefault(version.template_id, []).append(version)
    rules = ordered_rules()
    return TemplateList(
        templates=[_listed(row, versions.get(row.pk, [])) for row in Template.objects.order_by("archived_at", "pk")],
        rules=[ListedRule(row, describe(row), at == 0, at == len(rules) - 1) for at, row in enumerate(rules)],
    )


def _listed(row: Template, versions: list[TemplateVersion]) -> ListedTemplate:
    published = [version for version in versions if version.is_published]
    return ListedTemplate(
        row=row,
        newest=published[-1] if published else None,
        has_draft=len(published) < len(versions),
        drafts=sum(getattr(version, "drafts", 0) for version in versions),
        published=sum(getattr(version, "published", 0) for version in versions),
    )


def read_template(row: Template) -> EditedTemplate:
    """A template with its versions and their use."""
    # Counting groups the rows, and a group forgets the order of the model.
    versions = list(row.versions.annotate(**USES).select_related("published_by").order_by("-number"))
    draft = next((version for version in versions if not version.is_published), None)
    newest = next((version for version in versions if version.is_published), None)
    shown = draft or versions[0]
    return EditedTemplate(
        row=row,
        asked=shown.questions(key=row.key, name=row.name),
        draft=draft,
        newest=newest,
        versions=[version for version in versions if version.is_published],
        drafts_in_use=sum(getattr(version, "drafts", 0) for version in versions),
    )


def section_of(edited: EditedTemplate, key: str) -> SectionPrompt | None:
    """The section that is being edited."""
    return edited.asked.section(key)
