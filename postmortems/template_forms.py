"""Forms of the editor of templates."""

from typing import Any

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField
from incidents.models import Kind, Service, Severity
from postmortems.models import (
    RULE_TAG_LIMIT,
    SECTION_TITLE_LIMIT,
    TEMPLATE_NAME_LIMIT,
    TEMPLATE_NOTE_LIMIT,
    TEMPLATE_PURPOSE_LIMIT,
    Template,
    TemplateVersion,
)
from postmortems.prompts import BLOCK_NAMES, SectionPrompt
from postmortems.services.templates import (
    EXAMPLE_LIMIT,
    GUIDANCE_LIMIT,
    POINT_LIMIT,
    POINTS_LIMIT,
    QUESTION_LIMIT,
    SectionFields,
)


class VersionField(forms.IntegerField):
    """The version of the template that the page showed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput, **kwargs)


class TemplateForm(FormErrors, forms.Form):
    """What a template is called, and when it is the right one."""

    name = LineField(limit=TEMPLATE_NAME_LIMIT, label="Name")
    purpose = LineField(limit=TEMPLATE_PURPOSE_LIMIT, required=False, label="When to use it")
    version = VersionField()


class LikeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """The template whose questions a new one begins with."""

    def label_from_instance(self, obj: Any) -> str:
        """Its template's name."""
        return str(obj.template.name)


class NewTemplateForm(FormErrors, forms.Form):
    """A new template, begun as a copy."""

    name = LineField(limit=TEMPLATE_NAME_LIMIT, label="Name")
    purpose = LineField(limit=TEMPLATE_PURPOSE_LIMIT, required=False, label="When to use it")
    like = LikeField(TemplateVersion.objects.none(), label="Begin with the questions of", empty_label=None)

    def __init__(self, versions: list[TemplateVersion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["like"]
        assert isinstance(field, LikeField)
        pks = [version.pk for version in versions]
        field.queryset = TemplateVersion.objects.filter(pk__in=pks).select_related("template").order_by("template_id")


class SectionForm(FormErrors, forms.Form):
    """One section of a template."""

    title = LineField(limit=SECTION_TITLE_LIMIT, label="Title")
    question = LineField(
        limit=QUESTION_LIMIT,
        label="Question",
        help_text="Ask how and what, never who. It stays in sight.",
    )
    points = MarkdownField(
        limit=POINTS_LIMIT * (POINT_LIMIT + 1),
        required=False,
        label="Further questions",
        help_text=f"One a line, at most {POINTS_LIMIT}.",
    )
    guidance = LineField(limit=GUIDANCE_LIMIT, required=False, label="Guidance", help_text="One line.")
    example = MarkdownField(
        limit=EXAMPLE_LIMIT, required=False, label="Example of a good answer", help_text="Markdown; opened by a click."
    )
    drawn_from = forms.MultipleChoiceField(
        choices=list(BLOCK_NAMES.items()),
        required=False,
        label="Drawn from the incident",
        widget=forms.CheckboxSelectMultiple,
    )
    text_label = LineField(
        limit=SECTION_TITLE_LIMIT,
        required=False,
        label="Label of the text",
        help_text="For a section that draws something: what its own text is called.",
    )
    is_required = forms.BooleanField(required=False, label="Required to publish")
    version = VersionField()

    def section_fields(self) -> SectionFields:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        return SectionFields(
            title=values["title"],
            question=values["question"],
            guidance=values["guidance"],
            example=values["example"],
            text_label=values["text_label"],
            points=values["points"],
            is_required=values["is_required"],
            drawn_from=values["drawn_from"],
        )


def section_initial(prompt: SectionPrompt) -> dict[str, Any]:
    """The fields of a stored section."""
    return {**prompt.as_json(), "points": "\n".join(prompt.points)}


class VersionForm(FormErrors, forms.Form):
    """A button that acts on what the page showed."""

    version = VersionField()
    steps = forms.IntegerField(min_value=-1, max_value=1, required=False, widget=forms.HiddenInput)
    note = LineField(limit=TEMPLATE_NOTE_LIMIT, required=False, label="What changed")


class RuleForm(FormErrors, forms.Form):
    """Which incidents get a template; all conditions that are given must fit."""

    severities = forms.MultipleChoiceField(
        choices=Severity.choices, required=False, label="Severity", widget=forms.CheckboxSelectMultiple
    )
    kind = forms.ChoiceField(choices=[("", "Any kind"), *Kind.choices], required=False, label="Kind")
    service = forms.ModelChoiceField(
        Service.objects.all(), to_field_name="slug", required=False, label="Service", empty_label="Any service"
    )
    tag = LineField(limit=RULE_TAG_LIMIT, required=False, label="Tag")
    template = forms.ModelChoiceField(
        Template.objects.filter(archived_at=None), to_field_name="key", label="Gets the template", empty_label=None
    )
