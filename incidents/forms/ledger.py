"""Judging a log line: what it did for the diagnosis, where it stands, which step it misled."""

from typing import Any

from django import forms

from hindsight.lib.forms import CodeField, FormErrors, LineField, MarkdownField, OnceField
from incidents.forms.evidence import LinesField
from incidents.models import DiagnosisStep, Incident, LogVerdict
from incidents.services.ledger import LOG_LINE_LIMIT


class LogNoteForm(FormErrors, forms.Form):
    """A log line or dashboard that misled, was noise, was missing, or decided; cited from where it stands or typed."""

    verdict = forms.ChoiceField(choices=LogVerdict.choices, widget=forms.RadioSelect, initial=LogVerdict.MISLEADING)
    line = CodeField(label="Log line or dashboard", limit=LOG_LINE_LIMIT, required=False)
    emitted_by = LineField(
        label="Where it comes from", limit=300, required=False, help_text="The logger, file or service that writes it."
    )
    note = MarkdownField(label="What it did", limit=LOG_LINE_LIMIT, required=False)
    step = forms.ModelChoiceField(
        DiagnosisStep.objects.none(), label="In which step", required=False, empty_label="No step"
    )
    snippet = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    attachment = forms.UUIDField(widget=forms.HiddenInput, required=False)
    entry = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    lines = LinesField(label="Lines", required=False)
    once = OnceField()

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = self.fields["step"]
        assert isinstance(step, forms.ModelChoiceField)
        step.queryset = incident.steps.defer("rendered", "action", "finding")

    def clean(self) -> dict[str, Any]:
        """A line must be typed, or named by its number."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_cited = data.get("snippet") and data.get("lines", (None, None))[0]
        if not self.errors and not data.get("line", "").strip() and not is_cited:
            self.add_error("line", "Log line or dashboard is empty.")
        return data
