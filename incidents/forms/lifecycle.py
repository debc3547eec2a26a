"""Moving an incident on."""

from django import forms

from hindsight.lib.forms import FormErrors, LineField
from incidents.models import SEVERITY_MEANING, STATUS_MEANING, Severity, Status
from incidents.services.update import REASON_LIMIT


class StatusForm(FormErrors, forms.Form):
    """Another status, and why where that has to be said."""

    status = forms.ChoiceField(
        choices=[(status.value, f"{status.label}: {STATUS_MEANING[status]}") for status in Status],
        widget=forms.RadioSelect,
    )
    reason = LineField(
        limit=REASON_LIMIT, required=False, help_text="Needed to go back, and to close what was not resolved."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    # What it was for whoever moves it on: what else has changed meanwhile does not matter.
    seen = forms.ChoiceField(choices=Status.choices, widget=forms.HiddenInput, required=False)


class SeverityForm(FormErrors, forms.Form):
    """Another severity."""

    severity = forms.ChoiceField(
        choices=[(severity.value, f"{severity.value}: {SEVERITY_MEANING[severity]}") for severity in Severity],
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    seen = forms.ChoiceField(choices=Severity.choices, widget=forms.HiddenInput, required=False)
