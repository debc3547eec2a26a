"""Steps of the diagnosis."""

from collections.abc import Iterator
from typing import Any

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.forms.meeting import MeetingForm
from incidents.models import (
    FIRST_CHECK_LIMIT,
    HYPOTHESIS_LIMIT,
    STEP_TEXT_LIMIT,
    DiagnosisStep,
    Forest,
    Incident,
    Outcome,
)
from incidents.services.diagnosis import StepFields
from incidents.services.moving import SHIFTS


class StepForm(FormErrors, forms.Form):
    """A hypothesis, what was done to test it, what was found, and what became of it."""

    hypothesis = LineField(limit=HYPOTHESIS_LIMIT, help_text="What you think is wrong.")
    action = MarkdownField(label="Tested", limit=STEP_TEXT_LIMIT, required=False)
    finding = MarkdownField(label="Found", limit=STEP_TEXT_LIMIT, required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.RadioSelect, initial=Outcome.OPEN)
    at = MomentField(label="Time", required=False)
    parent = forms.ModelChoiceField(
        DiagnosisStep.objects.none(), label="Under", required=False, empty_label="No other step"
    )
    once = OnceField()

    def __init__(self, *args: Any, incident: Incident, without: DiagnosisStep | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        steps = DiagnosisStep.objects.filter(incident=incident).defer("rendered", "action", "finding")
        if without:
            steps = steps.exclude(pk__in=[without.pk, *Forest.of(incident).below(without.pk)])
        parent.queryset = steps

    def step_fields(self) -> StepFields:
        """What was filled in, for the service."""
        data = self.cleaned_data
        fields: StepFields = {
            "hypothesis": data["hypothesis"],
            "action": data["action"],
            "finding": data["finding"],
            "outcome": data["outcome"],
            "parent": data["parent"],
        }
        if data["at"]:
            fields["at"] = data["at"]
        return fields


class StepEditForm(StepForm, MeetingForm):
    """A step that is there already."""

    EDITED = ("hypothesis", "action", "finding", "outcome", "at", "parent")

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class OutcomeForm(FormErrors, forms.Form):
    """What became of a hypothesis, and what was found."""

    outcome = forms.ChoiceField(choices=Outcome.choices)
    finding = MarkdownField(label="Found", limit=STEP_TEXT_LIMIT, required=False)


class MoveForm(FormErrors, forms.Form):
    """Where a step is to lie: one place further (`to`), or any place of the tree (`where`)."""

    to = forms.ChoiceField(choices=[(word, word) for word in SHIFTS], required=False)
    where = forms.ChoiceField(label="Move it", required=False)

    def __init__(self, *args: Any, incident: Incident, step: DiagnosisStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["where"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(places_for(incident, step))

    def clean(self) -> dict[str, Any]:
        """One of the two must be chosen."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not data.get("to") and not data.get("where"):
            self.add_error("where", "Choose a place.")
        return data

    def place(self) -> tuple[int | None, int | None]:
        """The ids of the parent (None for none) and of the step to stand before (None for the end)."""
        word, _, pk = str(self.cleaned_data["where"]).partition(":")
        if word == "before":
            return DiagnosisStep.objects.values_list("parent_id", flat=True).get(pk=int(pk)), int(pk)
        return (int(pk) if word == "under" else None), None


def places_for(incident: Incident, step: DiagnosisStep) -> Iterator[tuple[str, str]]:
    """Every place that a step can be moved to, as a value and in words; none under itself."""
    forest = Forest.of(incident)
    own = {step.pk, *forest.below(step.pk)}
    words = dict(incident.steps.values_list("pk", "hypothesis"))
    for spot in forest.reading_order():
        if spot.pk not in own:
            name = f"{spot.number} {words[spot.pk]}"[:80]
            indent = "\N{NO-BREAK SPACE}" * 4 * spot.depth
            yield f"before:{spot.pk}", f"{indent}before {name}"
            yield f"under:{spot.pk}", f"{indent}under {name}"
    yield "last", "to the end, under no other step"


class FirstCheckForm(FormErrors, forms.Form):
    """What to look at first the next time."""

    text = LineField(label="What to check first", limit=FIRST_CHECK_LIMIT, required=False)
