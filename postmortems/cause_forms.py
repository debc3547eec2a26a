"""Forms of contributing factors and of the list of their categories."""

from typing import Any

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField, OnceField
from postmortems.models import (
    CATEGORY_NAME_LIMIT,
    FACTOR_LIMIT,
    CauseCategory,
    ContributingFactor,
    FactorKind,
    Postmortem,
)
from postmortems.services.categories import MEANING_LIMIT
from postmortems.services.factor_rules import FactorFields
from postmortems.services.why import Chains

EVIDENCE_LENGTH = 4_000
LABEL_LENGTH = 70
NO_PLACE = "It can't lie there: under itself or its own answers it would go round in a circle, or that factor is gone."


class FactorForm(FormErrors, forms.Form):
    """One contributing factor: a new one, or with `factor` one that is there."""

    kind = forms.ChoiceField(choices=[("", "Not said"), *FactorKind.choices], required=False, label="Kind")
    category = forms.ChoiceField(label="Category")
    text = MarkdownField(
        limit=FACTOR_LIMIT,
        label="What it was",
        help_text="How it was possible, not who did it. Markdown; [[ cites the record.",
    )
    evidence = LineField(
        limit=EVIDENCE_LENGTH,
        required=False,
        label="What shows it",
        help_text="References such as step-17 or snippet-3-L5, and links; a space between them.",
    )
    parent = forms.ChoiceField(required=False, label="Answers why", error_messages={"invalid_choice": NO_PLACE})
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    once = OnceField()

    def __init__(
        self, postmortem: Postmortem, *args: Any, factor: ContributingFactor | None = None, **kwargs: Any
    ) -> None:
        if factor is not None:
            kwargs.setdefault("initial", initial_of(factor))
        super().__init__(*args, **kwargs)
        self._set("category", [("", "Choose"), *_categories(factor)])
        self._set("parent", [("", "Nothing: it stands on top"), *_places(postmortem, factor)])
        self.fields["text"].widget.attrs["rows"] = 3

    def _set(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def factor_fields(self) -> FactorFields:
        """What was sent, as the service wants it."""
        values = self.cleaned_data
        return FactorFields(
            category=values["category"],
            kind=values["kind"],
            text=values["text"],
            evidence=values["evidence"].split(),
            parent=int(values["parent"]) if values["parent"] else None,
        )


class CategoryForm(FormErrors, forms.Form):
    """A category of causes."""

    name = LineField(limit=CATEGORY_NAME_LIMIT, label="Name")
    meaning = LineField(limit=MEANING_LIMIT, required=False, label="When it fits, in a sentence")


def initial_of(factor: ContributingFactor) -> dict[str, Any]:
    """A factor as its form shows it."""
    return {
        "kind": factor.kind,
        "category": factor.category,
        "text": factor.text,
        "evidence": " ".join(factor.references),
        "parent": str(factor.parent_id or ""),
        "version": factor.version,
    }


def _categories(factor: ContributingFactor | None) -> list[tuple[str, str]]:
    """Those on the list; a factor keeps one that was retired."""
    rows = [row for row in CauseCategory.objects.all() if not row.is_retired or (factor and row.key == factor.category)]
    return [(row.key, f"{row.name} (retired)" if row.is_retired else row.name) for row in rows]


def _places(postmortem: Postmortem, factor: ContributingFactor | None) -> list[tuple[str, str]]:
    """The factors that it may explain: all but itself and its own answers, with their numbers."""
    chains = Chains.of(postmortem)
    texts = dict(postmortem.factors.values_list("pk", "text"))
    own = {factor.pk, *chains.below(factor.pk)} if factor else set()
    numbers: dict[int | None, str] = {None: ""}
    places = []
    for pk in chains.below(None):
        parent = chains.parents[pk]
        numbers[pk] = f"{numbers[parent]}{chains.siblings(parent).index(pk) + 1}."
        if pk not in own:
            words = " ".join(texts.get(pk, "").split())
            places.append((str(pk), f"{numbers[pk]} {words[:LABEL_LENGTH] or 'no words'}"))
    return places
