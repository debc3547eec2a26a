"""Steps of the diagnosis."""

from typing import Any

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField, MomentField, OnceField
from incidents.models import HYPOTHESIS_LIMIT, STEP_TEXT_LIMIT, DiagnosisStep, Incident, Outcome
from incidents.services.diagnosis import StepFields


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
        parent.queryset = steps.exclude(pk=without.pk) if without else steps

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


class StepEditForm(StepForm):
    """A step that is there already."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class OutcomeForm(FormErrors, forms.Form):
    """What became of a hypothesis."""

    outcome = forms.ChoiceField(choices=Outcome.choices)
