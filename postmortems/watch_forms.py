"""Forms that answer whether a fix held."""

from django import forms

from hindsight.lib.forms import FormErrors, LineField, MarkdownField
from postmortems.models import BROKE_LIMIT


def _day(label: str, *, required: bool, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class BrokeForm(FormErrors, forms.Form):
    """The fix did not hold."""

    reason = MarkdownField(limit=BROKE_LIMIT, label="What shows that it did not hold")
    on = _day("Since", required=False, help_text="Empty means now.")
    recurrence = LineField(
        limit=20,
        required=False,
        label="It came back in",
        help_text="The number of the incident, such as INC-42.",
        widget=forms.TextInput(attrs={"placeholder": "INC-", "class": "input-short"}),
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class ExtendForm(FormErrors, forms.Form):
    """Watch on."""

    until = _day("Watch until", required=True)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
